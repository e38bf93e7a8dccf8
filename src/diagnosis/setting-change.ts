import type { Remedy } from '../tcp/finding.ts';
import { type CommandPlace, namespaceCommand } from './namespace-command.ts';

export interface SettingChange {
  /** Values by full name, in the order in which they are to be set. */
  readonly sysctls: Readonly<Record<string, string | number>>;
  /** Why these values: what was measured, or that they are the default. */
  readonly why: string;
  /** It has a price, or only buys time. */
  readonly optional?: boolean;
}

/** Parameters to set, as the command a person types and as data for `tune plan`. `place` null: they belong to the host. */
export function settingChange(
  place: CommandPlace | null,
  { sysctls, why, optional }: SettingChange,
): Pick<Remedy, 'command' | 'change'> {
  const values = Object.entries(sysctls).map(([name, value]) => [name, String(value)] as const);
  const words = values.map(([name, value]) => `${name}=${/\s/.test(value) ? `"${value}"` : value}`);
  const command = `sysctl -w ${words.join(' ')}`;
  return {
    command: place === null ? command : namespaceCommand(place, command),
    change: { sysctls: Object.fromEntries(values), why, ...(optional ? { optional } : {}) },
  };
}
