import { unmapIpv4 } from '../../base/ip-text.ts';
import type { Handshake } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { perSecond, seenPerKept, windowMs } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import type { SynCounters, SynQueueFacts } from './syn-queue-facts.ts';

/** Handshakes of one listener that the clients did not complete, against those they did. */
export interface UnansweredClients {
  /**
   * Unreturned cookies of the window, requests that have waited for at least one retransmission, those forgotten in the window,
   * and SYNs dropped for want of a place whose senders did not try again.
   */
  readonly count: number;
  readonly perSecond: number;
  readonly completedPerSecond: number;
  /** Unanswered of all, 0 to 1. */
  readonly share: number;
  /** Distinct addresses among those that could be seen; 0: none could. */
  readonly sources: readonly SourceCount[];
  /** Of those seen on the wire, the share that shows a real client: it repeats its SYN, or sends FIN or RST. */
  readonly aliveShare: number;
}

export interface SourceCount {
  readonly address: string;
  readonly count: number;
}

/** `cookies`: what part of the namespace's cookies this listener sent, 0 to 1. `overflows`: its SYN queue was full. */
export function unansweredClients(
  view: RuleView,
  facts: SynQueueFacts,
  counters: SynCounters,
  { cookies, overflows }: { readonly cookies: number; readonly overflows: boolean },
): UnansweredClients {
  const { cookiesSent, cookiesReturned, cookiesFailed } = counters;
  const unreturned = Math.min(
    Math.max(0, cookiesSent - cookiesReturned - cookiesFailed) * cookies,
    openHandshakes(view, facts),
  );
  // While the accept queue is full the kernel drops valid ACKs, so that old requests say nothing about the clients.
  const requests = facts.acceptQueueFullShare > 0.05 ? [] : facts.unansweredRequests;
  const scale =
    facts.unansweredRequests.length > 0 ? facts.unansweredCount / facts.unansweredRequests.length : 1;
  const onWire = answeredOnWire(view, facts);
  const opened = perSecond(view, counters.passiveOpens);
  const unreturnedRate = perSecond(view, unreturned);
  const forgotten = forgottenRequests(facts, onWire, {
    timeouts: counters.timeouts,
    accountedFor: counters.passiveOpens + unreturned,
  });
  const forgottenRate = perSecond(view, forgotten);
  const turnedAway = overflows ? turnedAwaySyns(view, facts) : noSyns;
  const abandoned = (turnedAway.abandonedPerSecond * windowMs(view)) / 1000;
  const rate = unreturnedRate + requestRate(requests) * scale + forgottenRate + turnedAway.abandonedPerSecond;
  const completedPerSecond =
    onWire === undefined ? opened : Math.min(opened, Math.max(0, onWire.overPerSecond - unreturnedRate));
  const silent = [...silentHandshakes(facts, requests, unreturned + forgotten > 0), ...turnedAway.handshakes];
  return {
    count: Math.round(unreturned + requests.length * scale + forgotten + abandoned),
    perSecond: rate,
    completedPerSecond,
    share: rate + completedPerSecond > 0 ? rate / (rate + completedPerSecond) : 0,
    sources: countSources(
      unreturned + forgotten + abandoned > 0 && silent.length > requests.length
        ? silent.map(clientOf)
        : requests.map(peerOf),
    ),
    aliveShare: silent.length === 0 ? 0 : silent.filter(looksAlive).length / silent.length,
  };
}

/**
 * Answered on the wire and not seen to end: the cookies of a namespace carry no listener's name, but more than these cannot be
 * unreturned here. Unbounded where the wire does not say.
 */
function openHandshakes(view: RuleView, facts: SynQueueFacts): number {
  const sample = readingValue(view.namespace.packets);
  if (!sample || facts.handshakes.length === 0 || sample.droppedByKernel > 0) return Number.POSITIVE_INFINITY;
  const open = facts.handshakes.filter((one) => one.synAckCount > 0 && one.endedAtMs === undefined);
  // What came before the capture, or was not kept, is taken to be like the rest.
  const unseen = seenPerKept(sample) * (1 + sample.leftUnread / Math.max(1, sample.packets));
  return open.length * unseen * (windowMs(view) / Math.max(1, sample.durationMs));
}

/**
 * Requests made per second, from their age: with r retransmissions of the SYN-ACK a request is between 2^r - 1 and 2^(r+1) - 1
 * seconds old (tcp_synack_retries doubles from 1 s). The busiest stretch of time counts, not the longest.
 */
function requestRate(requests: readonly TcpSocket[]): number {
  const oldest = requests.reduce((most, { retransmits }) => Math.max(most, retransmits), 0);
  const rates = Array.from({ length: Math.min(oldest, 7) }, (_, i) => {
    const upTo = i + 1;
    return requests.filter(({ retransmits }) => retransmits <= upTo).length / (2 ** (upTo + 1) - 2);
  });
  return Math.max(0, ...rates);
}

/** Handshakes of this listener that were answered with SYN-ACK on the wire, as far as packets were captured. */
interface AnsweredOnWire {
  /** No request any more at the end of the window: completed, reset by the client, or given up. */
  readonly overPerSecond: number;
  /** How many there were, without those that the client reset. */
  readonly silentlyOver: number;
  /** Half-open at the end of the window. */
  readonly pending: number;
  readonly durationMs: number;
}

/** Undefined where the wire does not say. */
function answeredOnWire(view: RuleView, facts: SynQueueFacts): AnsweredOnWire | undefined {
  const sample = readingValue(view.namespace.packets);
  if (!sample || sample.durationMs < 500 || sample.handshakes.length === 0) return undefined;
  const notKept = seenPerKept(sample);
  const isPending = amongRequests(facts.requests);
  const answered = facts.handshakes.filter(({ synAckCount }) => synAckCount > 0);
  const pending = Math.min(answered.length, answered.filter(isPending).length * facts.requestsNotKept);
  const over = (answered.length - pending) * notKept;
  const reset = answered.filter((one) => one.resetBy === 'client' && !isPending(one)).length * notKept;
  return {
    overPerSecond: (over * 1000) / sample.durationMs,
    silentlyOver: Math.max(0, over - reset),
    pending: facts.requests.length * facts.requestsNotKept,
    durationMs: sample.durationMs,
  };
}

/** Fewer may have been under way at the ends of the window. */
const FEWEST_FORGOTTEN = 10;

/**
 * Over, and more than the whole namespace has opened or sent cookies for in the whole window: requests that were given up, as soon as
 * after 1 s with tcp_synack_retries=0, and after 7 s in a queue under pressure. Two things tell them from connections that another
 * host answers, behind a NAT or a bridge: the timer of each has run out at least once, which counts (reqsk_timer_handler(),
 * tcp_syn_ack_timeout()), and each was half-open here for a second at least.
 */
function forgottenRequests(
  { acceptQueueFullShare, listener }: SynQueueFacts,
  onWire: AnsweredOnWire | undefined,
  { timeouts, accountedFor }: { readonly timeouts: number; readonly accountedFor: number },
): number {
  // While the accept queue is full the kernel drops valid ACKs, so that requests given up say nothing about the clients.
  if (onWire === undefined || acceptQueueFullShare > 0.05) return 0;
  const forgotten = Math.min(onWire.silentlyOver - accountedFor, timeouts);
  const halfOpen = Math.max(onWire.pending, listener.synRecv.peak);
  const wereHere = (forgotten * 1000) / onWire.durationMs <= 2 * halfOpen;
  return forgotten >= FEWEST_FORGOTTEN && wereHere ? forgotten : 0;
}

interface TurnedAwaySyns {
  readonly handshakes: readonly Handshake[];
  /** Not tried again. */
  readonly abandonedPerSecond: number;
}

const noSyns: TurnedAwaySyns = { handshakes: [], abandonedPerSecond: 0 };
/** A client that is there repeats its SYN after 1 s (tcp_syn_linear_timeouts or not), and a little more on a crowded host. */
const TRIES_AGAIN_MS = 1500;
/** Of addresses that are new, since clients with a short timeout of their own come again, and of SYNs that were not repeated. */
const STRANGERS_SHARE = 0.7;
const FEWEST_STRANGERS = 10;
/** Among so many unread packets the repetitions may be. */
const MOST_UNREAD_SHARE = 0.3;

/**
 * Without cookies a full queue drops SYNs unanswered; what becomes of them tells clients from forged addresses. Only those are
 * judged that have had the time to be repeated, and only a crowd of strangers counts.
 */
function turnedAwaySyns(view: RuleView, facts: SynQueueFacts): TurnedAwaySyns {
  const sample = readingValue(view.namespace.packets);
  if (!sample || facts.policy !== 'drop' || facts.acceptQueueFullShare > 0.05) return noSyns;
  const missed = sample.droppedByKernel + sample.leftUnread;
  if (missed > MOST_UNREAD_SHARE * (missed + sample.packets)) return noSyns;
  const untilMs = sample.fromMs + sample.durationMs - TRIES_AGAIN_MS;
  const ignored = facts.handshakes.filter(({ atMs, synAckCount }) => synAckCount === 0 && atMs <= untilMs);
  const sources = new Set(ignored.map(clientOf));
  if (sources.size < Math.max(FEWEST_STRANGERS, STRANGERS_SHARE * ignored.length)) return noSyns;
  const abandoned = ignored.filter((one) => !looksAlive(one));
  if (abandoned.length < STRANGERS_SHARE * ignored.length) return noSyns;
  const notKept = seenPerKept(sample);
  return {
    handshakes: ignored,
    abandonedPerSecond: (abandoned.length * notKept * 1000) / (sample.durationMs - TRIES_AGAIN_MS),
  };
}

/** The attempts behind what is unanswered; where cookies are, everything answered that has not ended yet. */
function silentHandshakes(
  facts: SynQueueFacts,
  requests: readonly TcpSocket[],
  withCookies: boolean,
): readonly Handshake[] {
  const isPending = amongRequests(requests);
  return facts.handshakes.filter((one) => {
    if (one.synAckCount === 0) return false;
    if (isPending(one)) return true;
    return withCookies && one.endedAtMs === undefined;
  });
}

/** Whether a handshake is that of one of these half-open requests. */
function amongRequests(requests: readonly TcpSocket[]): (one: Handshake) => boolean {
  const pending = new Set(requests.map((request) => `${peerOf(request)} ${request.remotePort}`));
  return (one) => pending.has(`${clientOf(one)} ${one.clientPort}`);
}

function looksAlive({ synCount, finBy, resetBy }: Handshake): boolean {
  return synCount > 1 || finBy === 'client' || resetBy === 'client';
}

const clientOf = (handshake: Handshake): string => unmapIpv4(handshake.client);
const peerOf = (request: TcpSocket): string => unmapIpv4(request.remoteAddress);

/** Most frequent first. */
export function countSources(addresses: readonly string[]): readonly SourceCount[] {
  const counts = new Map<string, number>();
  for (const address of addresses) counts.set(address, (counts.get(address) ?? 0) + 1);
  return [...counts].map(([address, count]) => ({ address, count })).sort((a, b) => b.count - a.count);
}

/** "10.91.0.0/16" or "fd91::/64" style prefixes the sources share: /24 for IPv4, /64 for IPv6, most frequent first. */
export function countPrefixes(sources: readonly SourceCount[]): readonly SourceCount[] {
  const counts = new Map<string, number>();
  for (const { address, count } of sources) {
    const prefix = prefixOf(address);
    counts.set(prefix, (counts.get(prefix) ?? 0) + count);
  }
  return [...counts].map(([address, count]) => ({ address, count })).sort((a, b) => b.count - a.count);
}

function prefixOf(address: string): string {
  if (!address.includes(':')) return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  const missing = tail === undefined ? 0 : 8 - groups.length - (tail === '' ? 0 : tail.split(':').length);
  const first = [
    ...groups,
    ...Array.from({ length: missing }, () => '0'),
    ...(tail ? tail.split(':') : []),
  ].slice(0, 4);
  while (first.length > 0 && first.at(-1) === '0') first.pop();
  return `${first.join(':')}::/64`;
}
