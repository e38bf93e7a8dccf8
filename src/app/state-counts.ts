import os from 'node:os';
import type { InetDiagMessage } from '../kernel/netlink/inet-diag-message.ts';
import type { SockDiag } from '../kernel/netlink/sock-diag.ts';
import { inNamespace } from '../kernel/netns/enter.ts';
import { readNetCounters } from '../kernel/procfs/net-counters.ts';
import { atLeast, parseKernelVersion } from '../tcp/model/kernel-version.ts';
import { ok, type Reading } from '../tcp/reading.ts';
import { type Family, type TcpState, tcpStates } from '../tcp/socket.ts';

/**
 * Sockets by state without dumping the established ones, which are most: Tcp.CurrEstab is their exact number, together with
 * CLOSE_WAIT as RFC 4022 wants it (tcp_set_state()). Kernels before that correction (2024) left CLOSE_WAIT out, so on anything
 * older than 6.12 the number is used only while there is no CLOSE_WAIT to be in doubt about. Undefined: count them all.
 */
export function countStatesCheaply(
  diag: SockDiag,
  namespacePath: string | null,
  families: readonly Family[],
): Reading<Uint32Array> | undefined {
  const counts = new Uint32Array(tcpStates.length);
  const states = tcpStates.filter(
    (state): state is TcpState => !['UNKNOWN', 'CLOSE', 'ESTABLISHED'].includes(state),
  );
  const count = (message: InetDiagMessage): void => {
    counts[message.stateNumber] = (counts[message.stateNumber] ?? 0) + 1;
  };
  const requests = families.map((family) => ({ family, states, extensions: 0 }));
  const dumped = diag.dumpAll(requests, count);
  if (dumped.status !== 'ok') return dumped;
  const counters = inNamespace(namespacePath, () => readNetCounters('/proc/thread-self/net'));
  const established = counters.status === 'ok' ? (counters.value['Tcp.CurrEstab'] ?? Number.NaN) : Number.NaN;
  const closeWait = counts[tcpStates.indexOf('CLOSE_WAIT')] ?? 0;
  // A sum over CPUs that change meanwhile may come out below 0, which /proc/net/snmp prints as 2^64 - 1.
  if (!Number.isSafeInteger(established)) return undefined;
  if (closeWait > 0 && !includesCloseWait(os.release())) return undefined;
  counts[tcpStates.indexOf('ESTABLISHED')] = Math.max(0, established - closeWait);
  return ok(counts);
}

function includesCloseWait(kernelRelease: string): boolean {
  const kernel = parseKernelVersion(kernelRelease);
  return kernel !== undefined && atLeast(kernel, '6.12');
}
