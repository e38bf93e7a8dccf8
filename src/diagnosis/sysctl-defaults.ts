/** What a kernel sets by itself, so that a rule can tell a tuned value from one that nobody has touched. */

interface Default {
  readonly value: string;
  /** The value of kernels before the given release. */
  readonly before?: { readonly major: number; readonly minor: number; readonly value: string };
}

/** Documentation/networking/ip-sysctl.rst and tcp_sk_init(); only parameters whose default does not depend on memory. */
const defaults: Readonly<Record<string, Default>> = {
  'net.core.somaxconn': { value: '4096', before: { major: 5, minor: 4, value: '128' } },
  'net.ipv4.ip_local_port_range': { value: '32768 60999' },
  'net.ipv4.tcp_abort_on_overflow': { value: '0' },
  'net.ipv4.tcp_fin_timeout': { value: '60' },
  'net.ipv4.tcp_keepalive_intvl': { value: '75' },
  'net.ipv4.tcp_keepalive_probes': { value: '9' },
  'net.ipv4.tcp_keepalive_time': { value: '7200' },
  'net.ipv4.tcp_retries2': { value: '15' },
  'net.ipv4.tcp_syn_linear_timeouts': { value: '4' },
  'net.ipv4.tcp_syn_retries': { value: '6' },
  'net.ipv4.tcp_synack_retries': { value: '5' },
  'net.ipv4.tcp_syncookies': { value: '1' },
  'net.ipv4.tcp_timestamps': { value: '1' },
  'net.ipv4.tcp_tw_reuse': { value: '2', before: { major: 4, minor: 19, value: '0' } },
};

/** Undefined for a parameter that is not in the table. `kernelRelease` as uname -r; an unreadable one counts as recent. */
export function sysctlDefault(name: string, kernelRelease: string): string | undefined {
  const entry = defaults[name];
  const { before } = entry ?? {};
  return before !== undefined && isOlder(kernelRelease, before) ? before.value : entry?.value;
}

function isOlder(kernelRelease: string, than: { readonly major: number; readonly minor: number }): boolean {
  const match = /^(\d+)\.(\d+)/.exec(kernelRelease);
  if (match === null) return false;
  const [major, minor] = [Number(match[1]), Number(match[2])];
  return major < than.major || (major === than.major && minor < than.minor);
}
