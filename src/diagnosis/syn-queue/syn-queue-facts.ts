import { unmapIpv4 } from '../../base/ip-text.ts';
import type { Handshake, KernelLogEvent, ListenerObservation } from '../../tcp/observation.ts';
import { synQueueCapacity } from '../../tcp/queue-limits.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import {
  counterRise,
  dropsOf,
  handshakesTo,
  isFull,
  listenersOf,
  numericSysctl,
  serves,
} from '../evidence.ts';
import { listenerGroups } from '../listener-groups.ts';
import type { RuleView } from '../rule.ts';

/** What the kernel does with a SYN when the SYN queue is full (net.ipv4.tcp_syncookies 0; 1 and above; 2, full or not). */
export type SynQueuePolicy = 'drop' | 'cookies' | 'always-cookies';

/** What an observation says about the SYN queue of one listening address; a SO_REUSEPORT group counts as one. */
export interface SynQueueFacts {
  readonly listener: ListenerObservation;
  readonly sockets: number;
  readonly policy: SynQueuePolicy;
  /** Half-open requests that fit, summed over the group; undefined when the limit is not known. */
  readonly capacity: number | undefined;
  /** The three-quarters rule of tcp_max_syn_backlog binds, not the listener's limit. */
  readonly boundByMaxSynBacklog: boolean;
  /** Most half-open requests seen; looked at a few times a second, so that a short peak may be missed. */
  readonly peak: number;
  /** sk_drops in the window. */
  readonly dropped: number;
  /** Share of the window in which the accept queue was full: then every SYN is dropped for that reason. */
  readonly acceptQueueFullShare: number;
  readonly logged: KernelLogEvent | undefined;
  /** Half-open at the end of the window, as far as they were kept. */
  readonly requests: readonly TcpSocket[];
  /** How many exist for each one that was kept: 1 where all were. */
  readonly requestsNotKept: number;
  /** Half-open at the end of the window although the SYN-ACK has been sent again: at least 1 s old. */
  readonly unansweredRequests: readonly TcpSocket[];
  /** How many of these there are, when more exist than were kept. */
  readonly unansweredCount: number;
  readonly handshakes: readonly Handshake[];
}

/** Counters of the namespace, in the window. Absent on a kernel means 0 here: such a kernel cannot have counted it elsewhere. */
export interface SynCounters {
  readonly cookiesSent: number;
  /** In a valid ACK. */
  readonly cookiesReturned: number;
  /** ACKs that do not fit a cookie: real clients whose first ACK was lost, since only that one carries the right sequence number. */
  readonly cookiesFailed: number;
  readonly queueFullDrops: number;
  readonly listenDrops: number;
  readonly listenOverflows: number;
  readonly passiveOpens: number;
  /** Of requests and of everything else: a timer that has run out. */
  readonly timeouts: number;
}

export function synCounters(view: RuleView): SynCounters {
  const rise = (name: string): number => Math.max(0, counterRise(view, name) ?? 0);
  return {
    cookiesSent: rise('TcpExt.SyncookiesSent'),
    cookiesReturned: rise('TcpExt.SyncookiesRecv'),
    cookiesFailed: rise('TcpExt.SyncookiesFailed'),
    queueFullDrops: rise('TcpExt.TCPReqQFullDrop'),
    listenDrops: rise('TcpExt.ListenDrops'),
    listenOverflows: rise('TcpExt.ListenOverflows'),
    passiveOpens: rise('Tcp.PassiveOpens'),
    timeouts: rise('TcpExt.TCPTimeouts'),
  };
}

export function synQueueFacts(view: RuleView): readonly SynQueueFacts[] {
  return listenerGroups(listenersOf(view)).flatMap((group) => {
    const [listener] = group;
    return listener === undefined ? [] : [factsOf(view, listener, group)];
  });
}

function factsOf(
  view: RuleView,
  listener: ListenerObservation,
  group: readonly ListenerObservation[],
): SynQueueFacts {
  const all = readingValue(view.namespace.sockets)?.after.groups.synRecv;
  const requests = (all?.kept ?? []).filter((request) => isRequestOf(view, listener, request));
  const unanswered = requests.filter(({ retransmits }) => retransmits > 0);
  const notKept = all && all.kept.length > 0 ? all.total / all.kept.length : 1;
  return {
    listener,
    sockets: group.length,
    ...capacityOf(view, group),
    policy: synQueuePolicy(view),
    // Every socket of a group is given the group's requests: sock_diag does not say whose they are.
    peak: listener.synRecv.peak,
    dropped: group.reduce((sum, one) => sum + dropsOf(one), 0),
    acceptQueueFullShare: Math.max(...group.map(fullShare)),
    logged: logLinesOf(view, listener).find((event) => event.inWindow),
    requests,
    requestsNotKept: notKept,
    unansweredRequests: unanswered,
    unansweredCount: Math.round(unanswered.length * notKept),
    handshakes: handshakesTo(view, listener),
  };
}

function isRequestOf(view: RuleView, listener: ListenerObservation, request: TcpSocket): boolean {
  return request.localPort === listener.port && serves(view, listener, unmapIpv4(request.localAddress));
}

/** tcp_conn_request() compares with 0 and with 2 only, so that 3 and above act as 1. Without the value, by what the counters show. */
function synQueuePolicy(view: RuleView): SynQueuePolicy {
  const value = numericSysctl(view, 'net.ipv4.tcp_syncookies');
  if (value === 2) return 'always-cookies';
  if (value === undefined) return synCounters(view).queueFullDrops > 0 ? 'drop' : 'cookies';
  return value === 0 ? 'drop' : 'cookies';
}

function capacityOf(
  view: RuleView,
  group: readonly ListenerObservation[],
): Pick<SynQueueFacts, 'capacity' | 'boundByMaxSynBacklog'> {
  const maxSynBacklog = numericSysctl(view, 'net.ipv4.tcp_max_syn_backlog');
  if (!group.every((one) => one.limitKnown)) return { capacity: undefined, boundByMaxSynBacklog: false };
  const sum = (syncookies: number): number =>
    group.reduce((total, one) => {
      const { limit } = one.acceptQueue.after;
      const { kernelRelease } = view.observation.host;
      return (
        total +
        synQueueCapacity({ limit, syncookies, maxSynBacklog: maxSynBacklog ?? 2 ** 31, kernelRelease })
      );
    }, 0);
  if (synQueuePolicy(view) !== 'drop') return { capacity: sum(1), boundByMaxSynBacklog: false };
  return { capacity: sum(0), boundByMaxSynBacklog: sum(0) < sum(1) };
}

function fullShare(listener: ListenerObservation): number {
  if (!listener.limitKnown) return 0;
  const { queue, acceptQueue } = listener;
  if (isFull(acceptQueue.after)) return 1;
  return queue === undefined || queue.samples === 0 ? 0 : queue.fullSamples / queue.samples;
}

/**
 * "Possible SYN flooding" lines that fit this listener. The line names no namespace, and no address before Linux 6.2: a fit is a
 * hint that needs this namespace's counters beside it.
 */
export function logLinesOf(view: RuleView, listener: ListenerObservation): readonly KernelLogEvent[] {
  return (readingValue(view.observation.kernelLog) ?? []).filter(
    ({ kind, port, address }) =>
      kind === 'syn-flooding' &&
      port === listener.port &&
      (address === undefined || unmapIpv4(address) === unmapIpv4(listener.address)),
  );
}

/** Whether the SYN queue was seen (nearly) full. The members of a group fill unevenly: half of the sum already fills some. */
export function nearCapacity({ capacity, peak, sockets }: SynQueueFacts): boolean {
  return capacity !== undefined && peak > 0 && peak >= capacity * (sockets > 1 ? 0.5 : 0.9);
}
