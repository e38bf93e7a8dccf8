import { newestKernel, parseKernelVersion } from './kernel-version.ts';
import { catalogueSettings, type SettingName, settingNames, sysctlOfSetting } from './setting-catalogue.ts';

/** What the kernel computes when it starts (tcp_init(), inet_init_net()) is no constant. */
const dependsOnMemory: readonly SettingName[] = ['tcp_max_syn_backlog', 'tcp_max_tw_buckets'];

/**
 * What a kernel sets by itself, so that a value that was tuned can be told from one that nobody has touched; as it reads in
 * /proc/sys. `kernelRelease` as uname -r; an unreadable one counts as recent. Undefined for a parameter that is not known,
 * that this kernel lacks, or whose default depends on the machine's memory.
 */
export function sysctlDefault(sysctl: string, kernelRelease: string): string | undefined {
  if (sysctl === 'net.ipv4.ip_local_port_range') return '32768 60999';
  const name = settingNames.find((one) => sysctlOfSetting(one) === sysctl);
  if (name === undefined || dependsOnMemory.includes(name)) return undefined;
  const [setting] = catalogueSettings([name], parseKernelVersion(kernelRelease) ?? newestKernel);
  return setting === undefined ? undefined : String(setting.default);
}
