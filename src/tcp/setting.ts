/** Named values a person can set with `--set name=value`: of a model, a scenario, a plan. */
import { usageError } from '../base/errors.ts';
import { parseDurationMs } from '../base/units.ts';

export interface Setting {
  /** A kernel parameter without "net.ipv4." ("tcp_syn_retries", "somaxconn"), a socket option ("TCP_SYNCNT"), or camelCase with a unit ("rttMs"). */
  readonly name: string;
  /** What it is, in a few words. */
  readonly meaning: string;
  /** "ms", "s", "connections", "%", "" ... */
  readonly unit: string;
  readonly default: number | string;
  /** For numbers, both included. */
  readonly min?: number;
  readonly max?: number;
  /** For words. */
  readonly choices?: readonly string[];
}

export type SettingValues = Readonly<Record<string, number | string>>;

/**
 * Reads "name=value" texts; what is not set keeps its default. Names may carry "net.ipv4." or "net.core."; numbers may carry
 * their unit ("2.5s" for one in ms). Throws a usage error that names the choices. `owner` is what they belong to: "scenario syn-flood".
 */
export function readSettings(
  settings: readonly Setting[],
  texts: readonly string[],
  owner: string,
): SettingValues {
  const values: Record<string, number | string> = defaultsOf(settings);
  for (const text of texts) {
    const [, name = '', value = ''] = /^([^=]*)=(.*)$/s.exec(text) ?? [];
    const setting = settings.find((one) => one.name === name.replace(/^net\.(ipv4|core)\./, ''));
    if (setting === undefined) throw unknownSetting(text, settings, owner);
    values[setting.name] = readValue(setting, value.trim(), owner);
  }
  return values;
}

export function defaultsOf(settings: readonly Setting[]): Record<string, number | string> {
  return Object.fromEntries(settings.map((setting) => [setting.name, setting.default]));
}

/** A number out of `values`; 0 for one that is none, which only a wrong definition can cause. */
export function numberOf(values: SettingValues, name: string): number {
  const value = values[name];
  return typeof value === 'number' ? value : 0;
}

function readValue(setting: Setting, text: string, owner: string): number | string {
  const attempted = `set ${setting.name} of ${owner} to`;
  if (setting.choices) {
    if (setting.choices.includes(text)) return text;
    throw usageError(attempted, `"${text}"`, `It is one of: ${setting.choices.join(', ')}.`);
  }
  const number = readNumber(text, setting.unit);
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = setting;
  if (number === undefined || number < min || number > max) {
    throw usageError(attempted, `"${text}"`, `It is ${rangeText(setting)}.`);
  }
  return number;
}

function readNumber(text: string, unit: string): number | undefined {
  if (/^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (unit === '%' && /^\d+(\.\d+)? ?%$/.test(text)) return Number.parseFloat(text);
  const durationMs = parseDurationMs(text);
  if (durationMs === undefined) return undefined;
  if (unit === 'ms') return durationMs;
  return unit === 's' ? durationMs / 1000 : undefined;
}

/** "a number from 1 to 127", "one of: drop, reset". */
export function rangeText({ min, max, unit, choices }: Setting): string {
  if (choices) return `one of: ${choices.join(', ')}`;
  const range = min === undefined || max === undefined ? '' : ` from ${min} to ${max}`;
  return `a number${range}${unit === '' ? '' : ` (${unit})`}`;
}

function unknownSetting(text: string, settings: readonly Setting[], owner: string): Error {
  const names = settings.map(({ name }) => name).join(', ');
  const remedy = names === '' ? `${owner} has no settings.` : `${owner} has: ${names}.`;
  const how = text.includes('=') ? '' : ' Write --set name=value.';
  return usageError('set', `"${text}"`, `${remedy}${how}`);
}
