import { exitCodes, HalfopenError } from '../base/errors.ts';
import { settingSince } from '../tcp/model/setting-catalogue.ts';
import type { SettingValues } from '../tcp/setting.ts';
import type { LabNamespace } from './namespace.ts';
import type { Scenario } from './scenario.ts';

/**
 * All namespaces alike; a setting named like the sysctl decides its value. A parameter that this kernel lacks is left out, as
 * it is in the model of that kernel; throws HalfopenError (exit 3) where somebody asked for another value of it.
 */
export function pinSysctls(
  namespaces: readonly Pick<LabNamespace, 'hasSysctl' | 'setSysctl'>[],
  { sysctls, settings }: Pick<Scenario, 'sysctls' | 'settings'>,
  values: SettingValues,
): void {
  for (const [sysctl, pinned] of Object.entries(sysctls)) {
    const name = sysctl.replace(/^net\.(ipv4|core)\./, '');
    const value = values[name] ?? pinned;
    for (const namespace of namespaces) {
      if (namespace.hasSysctl(sysctl)) namespace.setSysctl(sysctl, value);
      else if (settings.some((setting) => setting.name === name && setting.default !== value))
        throw withoutParameter(sysctl, name);
    }
  }
}

function withoutParameter(sysctl: string, name: string): HalfopenError {
  const since = settingSince(name);
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'set',
    on: sysctl,
    said: 'this kernel has no such parameter',
    remedy: `${since === undefined ? '' : `It came with Linux ${since}. `}Leave out --set ${name}.`,
  });
}
