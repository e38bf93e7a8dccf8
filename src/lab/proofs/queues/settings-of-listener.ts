import type { SettingValues } from '../../../tcp/setting.ts';
import type { FindingFacts } from '../finding-facts.ts';
import type { ScaledDown } from '../scaled-down.ts';

/** Sysctls of the listener's namespace that the scenarios about queues take, and what a new namespace has. */
const ofServer = {
  tcp_syncookies: 1,
  tcp_max_syn_backlog: 2048,
  tcp_abort_on_overflow: 0,
} as const;

/** The port, and the sysctls of the report that lie within the scenario's ranges. */
export function settingsOfListener(
  { port, sysctl }: FindingFacts,
  scaled: ScaledDown,
  backlog: number,
): SettingValues & { readonly somaxconn: number } {
  const settings: Record<string, number> = {};
  for (const [name, usual] of Object.entries(ofServer)) settings[name] = sysctl(`net.ipv4.${name}`) ?? usual;
  const most = 'that is as much as the scenario takes';
  settings.tcp_max_syn_backlog = Math.max(
    1,
    scaled.atMost('tcp_max_syn_backlog', settings.tcp_max_syn_backlog ?? 1, 65_535, most),
  );
  // With 3 and above the kernel does what it does with 1.
  if ((settings.tcp_syncookies ?? 1) > 2) settings.tcp_syncookies = 1;
  const somaxconn = Math.max(backlog, Math.min(65_535, sysctl('net.core.somaxconn') ?? 4096));
  return { ...settings, ...(port === undefined ? {} : { port }), somaxconn };
}

/** The same without what a scenario has no setting for. */
export function without(settings: SettingValues, ...names: readonly string[]): SettingValues {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => !names.includes(name)));
}
