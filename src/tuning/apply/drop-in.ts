import { sysctlKey } from '../../tcp/parameters/parameter-names.ts';
import type { PlanChange, SysctlChange } from '../../tcp/tune-plan.ts';

export const dropInFile = 'etc/sysctl.d/90-halfopen.conf';

export interface DropInLine {
  readonly parameter: string;
  readonly value: string;
  readonly why: string;
}

/** What of a plan belongs into it: values of the initial namespace. */
export function lastingChanges(changes: readonly PlanChange[]): readonly SysctlChange[] {
  return changes.filter(
    (change): change is SysctlChange => change.kind === 'sysctl' && change.lasts === 'drop-in',
  );
}

const head = '# Values that halfopen tune apply has set; halfopen tune rollback takes them back.';

/** systemd-sysctl(8) reads nothing of a file with a line of 1 MB. */
const mostCharacters = 1000;

/**
 * The file with these settings: others that are there stay, an older line for the same parameter goes with its comment. Comments of other
 * people may be in any encoding, so that nothing is decoded: each byte is a character meanwhile.
 */
export function dropInBytes(present: Uint8Array, wanted: readonly DropInLine[]): Buffer {
  const text = Buffer.from(present).toString('latin1');
  const lines = wanted.filter((line) => !isSetSo(text, line));
  if (lines.length === 0) return Buffer.from(present);
  const names = new Set(lines.map(({ parameter }) => parameter));
  const kept: string[] = [];
  for (const line of text === '' ? [head] : text.replace(/\n$/, '').split('\n')) {
    const name = settingOf(line)?.name;
    if (name === undefined || !names.has(name)) {
      kept.push(line);
      continue;
    }
    const above = kept.at(-1);
    if (above !== undefined && above !== head && /^\s*[#;]/.test(above)) kept.pop();
  }
  const added = lines.flatMap(({ parameter, value, why }) => [
    `# ${oneLine(why)}`,
    `${parameter} = ${value}`,
  ]);
  const before = Buffer.from(kept.map((line) => `${line}\n`).join(''), 'latin1');
  return Buffer.concat([before, Buffer.from(`${added.join('\n')}\n`)]);
}

interface Setting {
  readonly name: string;
  readonly value: string;
}

function settingOf(line: string): Setting | undefined {
  const [, name, value = ''] = /^\s*-?([^#;=\s][^=]*?)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
  return name === undefined ? undefined : { name: sysctlKey(name), value };
}

function isSetSo(text: string, { parameter, value }: DropInLine): boolean {
  const found = text.split('\n').flatMap((line) => {
    const setting = settingOf(line);
    return setting?.name === parameter ? [setting.value] : [];
  });
  return found.length === 1 && found[0] === value;
}

/** A comment must stay one, and what it says comes from a plan, which is a file: systemd-sysctl(8) takes a NUL for the end of a line as well. */
function oneLine(text: string): string {
  return text.replaceAll(/[\s\p{Cc}]+/gu, ' ').slice(0, mostCharacters);
}
