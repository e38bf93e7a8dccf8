/** How many connections fit into a listener's two queues, and who decided it. All counts are connections. */
import { atLeast, kernelLine, parseKernelVersion } from './model/kernel-version.ts';

export type LimitSetBy = 'application' | 'somaxconn' | 'unknown';

/**
 * Whose number a listener's limit (`sk_max_ack_backlog`) is. `__sys_listen_socket()` stores min(backlog, somaxconn) at
 * listen() time, compared unsigned, so a limit equal to somaxconn was cut to it (or asked for exactly that) and a
 * smaller one is the program's own. A larger one dates from before somaxconn was lowered: nobody can tell any more.
 */
export function whoSetLimit(limit: number | undefined, somaxconn: number | undefined): LimitSetBy {
  if (limit === undefined || somaxconn === undefined || !Number.isFinite(somaxconn)) return 'unknown';
  if (limit === somaxconn) return 'somaxconn';
  return limit < somaxconn ? 'application' : 'unknown';
}

/** Complete connections that fit: `sk_acceptq_is_full()` tests `sk_ack_backlog > sk_max_ack_backlog`, so one more than the limit. */
export function acceptQueueCapacity(limit: number): number {
  return limit + 1;
}

export interface SynQueueInputs {
  /** The listener's limit: min(listen backlog, net.core.somaxconn at that time). */
  readonly limit: number;
  /** net.ipv4.tcp_syncookies; the kernel tests only for 0 and for 2. */
  readonly syncookies: number;
  /** net.ipv4.tcp_max_syn_backlog; consulted only without cookies. */
  readonly maxSynBacklog: number;
  /** uname -r, e.g. "6.18.44"; only its leading numbers are read. Kernels before 4.4 counted differently and are not covered. */
  readonly kernelRelease: string;
}

/**
 * Half-open requests (SYN_RECV) that fit before `tcp_conn_request()` sends cookies or drops:
 * - cookies 2: none, every SYN is answered with a cookie;
 * - cookies 1: until `inet_csk_reqsk_queue_is_full()`; tcp_max_syn_backlog plays no part;
 * - cookies 0: the same, and at most three quarters of tcp_max_syn_backlog, plus one (a peer that `tcp_peer_is_proven()`
 *   knows is exempt from this second test).
 */
export function synQueueCapacity(inputs: SynQueueInputs): number {
  if (inputs.syncookies === 2) return 0;
  const byListener = inputs.limit + (requestQueueTakesOneMore(inputs.kernelRelease) ? 1 : 0);
  if (inputs.syncookies !== 0) return byListener;
  return Math.min(byListener, inputs.maxSynBacklog - (inputs.maxSynBacklog >> 2) + 1);
}

/** First stable release of each long-term line with 3479c7549fb1 (January 2025); distributions may have taken it elsewhere. */
const firstFixedPatch: Readonly<Record<string, number>> = {
  '5.4': 290,
  '5.10': 234,
  '5.15': 177,
  '6.1': 125,
  '6.6': 72,
  '6.12': 10,
};

/**
 * `inet_csk_reqsk_queue_is_full()` tested `>=` from 4.4 on, which made listen(fd, 0) accept nothing, and `>` since 6.13
 * (3479c7549fb1). An unreadable release counts as recent.
 */
function requestQueueTakesOneMore(kernelRelease: string): boolean {
  const kernel = parseKernelVersion(kernelRelease);
  if (kernel === undefined || atLeast(kernel, '6.13')) return true;
  const fixedAt = firstFixedPatch[kernelLine(kernel)];
  return fixedAt !== undefined && (kernel.patch ?? 0) >= fixedAt;
}
