import path from 'node:path';
import { exitCodes, HalfopenError, usageError } from '../../base/errors.ts';
import { findSysctlFiles } from '../../kernel/sysctl/find-sysctl-files.ts';
import { readSysctlFile } from '../../kernel/sysctl/read-sysctl-file.ts';
import { kernelLine } from '../../tcp/model/kernel-version.ts';
import type { MissingReading } from '../../tcp/reading.ts';
import type { TuneLint, TuneLintError, TuneLintLine } from '../../tcp/tune-lint.ts';
import { lintSettings, type SysctlText } from '../../tuning/lint/lint-settings.ts';
import { kernelOfRules } from './kernel-of-rules.ts';

export interface LintRequest {
  /** In the order in which they are applied; none: the host's own. */
  readonly files: readonly string[];
  /** Where the host's own are looked for: "/" or a mounted image. */
  readonly root?: string;
  readonly kernel?: string;
}

/** Judges configuration files. Throws HalfopenError (usage) for a wrong request, (cannot observe) where not one file could be read. */
export async function lintSysctl(request: LintRequest): Promise<TuneLint> {
  const { files: named, root = '/' } = request;
  if (named.length > 0 && request.root !== undefined)
    throw usageError('look for files in', `"${root}"`, 'Name files or --root, not both.');
  const kernel = kernelOfRules(request.kernel);
  const found =
    named.length > 0
      ? {
          files: named.map((file) => ({ file, target: file })),
          errors: [],
          mainIsLinked: true,
          afterMainLink: [],
        }
      : findSysctlFiles(root);
  const texts: SysctlText[] = [];
  const errors: TuneLintError[] = [...found.errors];
  for (const { file, target } of found.files) {
    const reading = readSysctlFile(target);
    if (reading.status === 'ok') texts.push({ file, text: reading.value });
    else errors.push({ file, message: missingWords(reading) });
  }
  if (texts.length === 0) throw nothingReadable(errors, named, root);
  const linted = await lintSettings(texts, kernel);
  return {
    schemaVersion: 1,
    kernel: kernelLine(kernel),
    files: texts.map(({ file }) => file),
    lines: linted.lines,
    errors: [...errors, ...linted.errors],
    notes: [
      ...bootNotes(texts, root, found.mainIsLinked),
      ...orderNotes(linted.lines, found.afterMainLink),
      ...linted.notes,
    ],
  };
}

function missingWords(reading: MissingReading): string {
  switch (reading.status) {
    case 'denied':
      return `reading it needs ${reading.needs}`;
    case 'malformed':
      return `${reading.got} (${reading.at})`;
    case 'absent':
      return reading.because;
    case 'unsupported':
      return reading.since;
  }
}

/** systemd-sysctl(8), which most hosts run at boot, does not read /etc/sysctl.conf by itself. */
function bootNotes(texts: readonly SysctlText[], root: string, mainIsLinked: boolean): readonly string[] {
  const main = path.join(root, 'etc/sysctl.conf');
  const read = texts.find(({ file }) => file === main);
  const isEmpty = read === undefined || !/^\s*[^#;\s]/m.test(read.text);
  return mainIsLinked || isEmpty
    ? []
    : [
        `${main} is read by sysctl --system but not by systemd-sysctl at boot: nothing in sysctl.d links to it.`,
      ];
}

/** sysctl --system reads /etc/sysctl.conf last; at boot it comes where its link stands, and files behind that win. */
function orderNotes(lines: readonly TuneLintLine[], afterMainLink: readonly string[]): readonly string[] {
  const winsAtBoot = new Map<string, string>();
  for (const { file, line, parameter, value, overriddenBy } of lines) {
    if (overriddenBy === undefined || !afterMainLink.includes(file)) continue;
    const winner = lines.find((one) => one.file === overriddenBy.file && one.line === overriddenBy.line);
    if (winner === undefined || afterMainLink.includes(winner.file)) continue;
    if (winner.value === value) winsAtBoot.delete(parameter);
    else
      winsAtBoot.set(
        parameter,
        `${parameter}: at boot systemd-sysctl ends with “${value}” (${file}:${line}), sysctl --system with “${winner.value}” (${winner.file}:${winner.line}), since only the latter reads sysctl.conf last.`,
      );
  }
  return [...winsAtBoot.values()];
}

function nothingReadable(
  errors: readonly TuneLintError[],
  named: readonly string[],
  root: string,
): HalfopenError {
  const [first] = errors;
  const more = errors.length > 1 ? ` (and ${errors.length - 1} more)` : '';
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'read',
    on: first === undefined ? `configuration files below ${root}` : `"${first.file}"`,
    said: first === undefined ? 'there are none' : `${first.message}${more}`,
    remedy: named.length > 0 ? 'Name files that can be read.' : 'Name the files, or another --root.',
  });
}
