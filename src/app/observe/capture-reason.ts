import type { ListenerTrack } from './listener-track.ts';

/** Connections a second from which the wire can tell more than counters: heartbeats, retries, short connections. */
const BUSY_CONNECTIONS_PER_SECOND = 5;

/** TcpExt and Tcp counters any rise of which points at connections that fail, and what it is called in the report. */
const tellingCounters: readonly (readonly [string, string])[] = [
  ['TcpExt.ListenOverflows', 'an accept queue overflows'],
  ['TcpExt.ListenDrops', 'a listener drops connections'],
  ['TcpExt.TCPReqQFullDoCookies', 'a SYN queue is full'],
  ['TcpExt.TCPReqQFullDrop', 'a SYN queue is full'],
  ['TcpExt.SyncookiesSent', 'SYN cookies are sent'],
  ['TcpExt.TCPSynRetrans', 'SYNs or SYN-ACKs are retransmitted'],
  ['Tcp.AttemptFails', 'connections fail to open'],
  ['Tcp.OutRsts', 'resets are sent'],
  // A firewall that rejects with ICMP moves no TCP counter.
  ['Icmp.InDestUnreachs', 'destinations are reported unreachable'],
  ['Icmp.OutDestUnreachs', 'senders are told that something is unreachable'],
  ['Icmp6.InDestUnreachs', 'destinations are reported unreachable'],
  ['Icmp6.OutDestUnreachs', 'senders are told that something is unreachable'],
];

type Rise = (counter: string) => number;

/** Why packets should be sampled now, in a few words; undefined while nothing speaks for it. */
export function captureReason(
  tracks: readonly ListenerTrack[],
  counterSinceStart: Rise,
  elapsedMs: number,
  connectsWait: boolean,
): string | undefined {
  const trouble =
    queueTrouble(tracks) ??
    (connectsWait ? 'connections wait for an answer' : undefined) ??
    counterTrouble(counterSinceStart);
  if (trouble !== undefined) return trouble;
  const perSecond = (counterSinceStart('Tcp.PassiveOpens') * 1000) / Math.max(1, elapsedMs);
  return perSecond >= BUSY_CONNECTIONS_PER_SECOND ? 'many connections are opened' : undefined;
}

export function queueTrouble(
  tracks: readonly { readonly drops: number; readonly pressed: boolean }[],
): string | undefined {
  if (tracks.some((track) => track.drops > 0)) return 'a listener drops connections';
  if (tracks.some((track) => track.pressed)) return 'an accept queue is more than half full';
  return undefined;
}

export function counterTrouble(rise: Rise): string | undefined {
  if (turnedAway(rise) > 0) return 'packets arrive that reach no socket';
  return tellingCounters.find(([name]) => rise(name) > 0)?.[1];
}

/**
 * Packets for this host that a firewall took away on INPUT: InDelivers counts behind that hook (ip_local_deliver(),
 * ip6_input()). One that rejects with a reset of its own moves nothing else, no counter of TCP either.
 */
function turnedAway(rise: Rise): number {
  const ipv4 = ['Ip.InReceives', 'Ip.InDelivers', 'Ip.ForwDatagrams'];
  const ipv6 = ['Ip6.InReceives', 'Ip6.InDelivers', 'Ip6.OutForwDatagrams'];
  const left = ([received = '', ...accounted]: readonly string[]): number =>
    accounted.reduce((rest, name) => rest - rise(name), rise(received));
  return Math.max(left(ipv4), left(ipv6));
}
