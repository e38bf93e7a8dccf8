import { atLeast, type KernelVersion } from '../../tcp/model/kernel-version.ts';
import { loadParameters } from '../../tcp/parameters/all-parameters.ts';
import { type JudgedValue, judgeValue, refusal } from '../../tcp/parameters/judge-value.ts';
import { type JudgeContext, judgements, type Parameter } from '../../tcp/parameters/parameter.ts';
import {
  catalogueName,
  globExpression,
  isGlob,
  namesOfGlob,
  nearestNames,
} from '../../tcp/parameters/parameter-names.ts';
import { parameterValue } from '../../tcp/parameters/parameter-value.ts';
import type { TuneLintError, TuneLintLine } from '../../tcp/tune-lint.ts';
import { parseSysctlFile, type SysctlExclusion, type SysctlSetting } from './parse-sysctl-file.ts';

export interface SysctlText {
  readonly file: string;
  readonly text: string;
}

export interface LintedSettings {
  readonly lines: readonly TuneLintLine[];
  readonly errors: readonly TuneLintError[];
  /** Where the programs that read such files differ. */
  readonly notes: readonly string[];
}

interface PlacedSetting extends SysctlSetting {
  readonly file: string;
}

/** Judges every setting of files, given in the order in which they are applied. */
export async function lintSettings(
  files: readonly SysctlText[],
  kernel: KernelVersion,
): Promise<LintedSettings> {
  const parsed = files.map(({ file, text }) => ({ file, ...parseSysctlFile(text) }));
  const settings = parsed.flatMap(({ file, settings: found }) => found.map((one) => ({ ...one, file })));
  const errors = parsed.flatMap(({ file, errors: found }) => found.map((error) => ({ file, ...error })));
  const names = new Map(
    [...new Set(settings.map(({ key }) => key))].map((key) => [key, parameterNamesOf(key)]),
  );
  const parameters = await loadParameters([...names.values()].flat());
  const last = lastSettings(settings);
  const patterns = settings
    .filter(({ key }) => isGlob(key))
    .map((setting) => ({ ...setting, expression: globExpression(setting.key) }));
  const verdicts = new Map<string, LineVerdict>();
  const context: JudgeContext = {
    kernel,
    other: (name) => valueInForce(name, patterns, last, parameters, kernel),
  };
  // Hosts that are set up by a program repeat the same lines in many files.
  const verdictOn = (setting: SysctlSetting): LineVerdict => {
    const line = `${setting.key}=${setting.value}`;
    const before = verdicts.get(line);
    if (before !== undefined) return before;
    const meant = (names.get(setting.key) ?? []).flatMap((name) => parameters.get(name) ?? []);
    const known = isGlob(setting.key) ? meant.filter((parameter) => isThere(parameter, kernel)) : meant;
    const verdict = judgeSetting(setting, known, context);
    verdicts.set(line, verdict);
    return verdict;
  };
  const lines = settings.map((setting): TuneLintLine => {
    const winner = last.get(identity(setting.key)) ?? setting;
    return {
      file: setting.file,
      line: setting.line,
      parameter: setting.key,
      value: setting.value,
      ...verdictOn(setting),
      effective: winner === setting,
      ...(winner === setting ? {} : { overriddenBy: { file: winner.file, line: winner.line } }),
    };
  });
  return { lines, errors, notes: exclusionNotes(parsed, last) };
}

/** A pattern stands for the files there are. */
function isThere({ removed, since, writable }: Parameter, kernel: KernelVersion): boolean {
  const isGone = removed !== null && atLeast(kernel, removed);
  return writable && !isGone && (since === null || atLeast(kernel, since));
}

/** "-name" behind a line that sets the name: systemd 252 drops that line, procps 4.0.2 keeps it (tried). */
function exclusionNotes(
  parsed: readonly { readonly file: string; readonly exclusions: readonly SysctlExclusion[] }[],
  last: ReadonlyMap<string, PlacedSetting>,
): readonly string[] {
  const order = parsed.map(({ file }) => file);
  return parsed.flatMap(({ file, exclusions }) =>
    exclusions.flatMap(({ key, line }) => {
      const set = last.get(identity(key));
      if (set === undefined) return [];
      const at = order.indexOf(set.file) - order.indexOf(file);
      return at < 0 || (at === 0 && set.line < line)
        ? [
            `${file}:${line} keeps ${key} out of patterns. systemd-sysctl then drops ${set.file}:${set.line}, too; sysctl --system and sysctl -p set it.`,
          ]
        : [];
    }),
  );
}

function parameterNamesOf(key: string): readonly string[] {
  if (isGlob(key)) return namesOfGlob(key);
  const name = catalogueName(key);
  return name === undefined ? [] : [name];
}

/** Two names of one value (nf_ct_netfilter_table). */
const aliases: Readonly<Record<string, string>> = {
  'net.nf_conntrack_max': 'net.netfilter.nf_conntrack_max',
};

function identity(key: string): string {
  return aliases[key] ?? key;
}

/** The setting of each key that stays in force: the last one. A pattern and a name are two keys: names win wherever they stand. */
function lastSettings(settings: readonly PlacedSetting[]): ReadonlyMap<string, PlacedSetting> {
  return new Map(settings.map((setting) => [identity(setting.key), setting]));
}

function valueInForce(
  name: string,
  patterns: readonly (PlacedSetting & { readonly expression: RegExp })[],
  last: ReadonlyMap<string, PlacedSetting>,
  parameters: ReadonlyMap<string, Parameter>,
  kernel: KernelVersion,
): ReturnType<JudgeContext['other']> {
  const setting = last.get(identity(name)) ?? patterns.findLast(({ expression }) => expression.test(name));
  const parameter = parameters.get(catalogueName(name) ?? name);
  if (setting === undefined || parameter === undefined) return undefined;
  const value = parameterValue(setting.value, parameter.type);
  return refusal(parameter, value, { kernel }) === undefined ? value : undefined;
}

type LineVerdict = Pick<TuneLintLine, 'judgement' | 'because' | 'problem'>;

function judgeSetting(
  setting: SysctlSetting,
  known: readonly Parameter[],
  context: JudgeContext,
): LineVerdict {
  const of = interfaceOf(setting.key);
  const verdicts = known.map((parameter) =>
    judgeValue(parameter, setting.value, of === undefined ? context : { ...context, of }),
  );
  const worst = worstOf(verdicts);
  if (worst === undefined) return { judgement: 'unknown', because: unknownBecause(setting.key) };
  const because =
    known.length === 1
      ? worst.because
      : `The pattern means ${known.length} known parameters; of ${known[verdicts.indexOf(worst)]?.name}: ${worst.because}`;
  const { judgement, problem } = worst;
  return { judgement, because, ...(problem === null ? {} : { problem }) };
}

/** "eth0" of "net.ipv4.conf.eth0.rp_filter". */
function interfaceOf(key: string): string | undefined {
  return /^net\.ipv[46]\.conf\.([^.]+)\.[^.]+$/.exec(key)?.[1];
}

function worstOf(verdicts: readonly JudgedValue[]): JudgedValue | undefined {
  return verdicts.toSorted((a, b) => judgements.indexOf(a.judgement) - judgements.indexOf(b.judgement))[0];
}

/** Names of patched kernels that blocks of advice have carried elsewhere. */
const foreignNames: Readonly<Record<string, string>> = {
  'net.ipv4.tcp_collapse_max_bytes': 'Only Cloudflare’s own kernels have it: elsewhere the line fails.',
  'kernel.exec-shield': 'Only Red Hat’s kernels up to RHEL 6 had it; unrelated to TCP.',
  'fs.may_detach_mounts': 'Only the kernel of RHEL 7 has it; unrelated to TCP.',
  'kernel.unprivileged_userns_clone':
    'Only Debian’s kernels and those made from them have it; unrelated to TCP.',
  'net.core.tcp_fastopen': 'There is no such parameter: it is net.ipv4.tcp_fastopen.',
};

function unknownBecause(key: string): string {
  const foreign = foreignNames[key];
  if (foreign !== undefined) return foreign;
  if (key.startsWith('net.ipv6.tcp_'))
    return 'There is no such parameter: those under net.ipv4.tcp_* count for IPv6 too.';
  const nearest = isGlob(key) ? [] : nearestNames(key, 2);
  const meant = nearest.length === 0 ? '' : ` Similar names: ${nearest.join(', ')}.`;
  return `halfopen does not know it, so it says nothing about it.${meant}`;
}
