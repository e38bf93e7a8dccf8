import { sysctlKey } from '../../tcp/parameters/parameter-names.ts';

export const dropInFile = 'etc/sysctl.d/90-halfopen.conf';

export interface DropInLine {
  readonly parameter: string;
  readonly value: string;
  readonly why: string;
}

const head = '# Values that halfopen tune apply has set; halfopen tune rollback takes them back.';

/** The text with these settings: others that are there stay, an older line for the same parameter goes with its comment. */
export function dropInText(present: string, lines: readonly DropInLine[]): string {
  const names = new Set(lines.map(({ parameter }) => parameter));
  const kept: string[] = [];
  for (const line of present === '' ? [head] : present.replace(/\n$/, '').split('\n')) {
    const setting = /^\s*-?([^#;=\s][^=]*?)\s*=/.exec(line)?.[1];
    if (setting === undefined || !names.has(sysctlKey(setting))) {
      kept.push(line);
      continue;
    }
    const above = kept.at(-1);
    if (above !== undefined && above !== head && /^\s*[#;]/.test(above)) kept.pop();
  }
  // A comment must stay one: what it says comes from a plan, which is a file.
  const added = lines.flatMap(({ parameter, value, why }) => [
    `# ${why.replaceAll(/\s+/g, ' ')}`,
    `${parameter} = ${value}`,
  ]);
  return `${[...kept, ...added].join('\n')}\n`;
}
