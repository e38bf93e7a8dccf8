import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { SocketOptionName, SocketOptions } from '../../programs/probes-options.ts';

/** Those of the named settings that are set: 0 leaves the option alone. */
export function socketOptions(values: SettingValues, names: readonly SocketOptionName[]): SocketOptions {
  return Object.fromEntries(
    names.filter((name) => numberOf(values, name) > 0).map((name) => [name, numberOf(values, name)]),
  );
}
