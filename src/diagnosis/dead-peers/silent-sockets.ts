import { orphanRetries } from '../../tcp/model/retransmission-limit.ts';
import type { Ends, SocketCensus } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { counterRise, numericSysctl, windowMs } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import { keepaliveEndsInMs, retransmissionEndsInMs } from './give-up-time.ts';

/** What of ours the peer leaves unanswered. */
export type Silence =
  | 'data-unacknowledged'
  | 'keepalive-unanswered'
  | 'window-probe-unanswered'
  | 'close-unacknowledged';

export interface SilentSocket {
  readonly socket: TcpSocket;
  readonly silence: Silence;
  /** Undefined where the kernel's rule depends on more than can be seen. */
  readonly endsInMs: number | undefined;
}

const groups = ['unanswered', 'closeWait', 'finWait1', 'lastAck'] as const;
/** Two resends happen on any lossy path; the third comes after 1.4 s of silence at least. */
const RESENDS = 3;

/** Connections whose peer does not answer any more, at the end of the window or until the kernel gave them up within it. */
export function silentSockets(view: RuleView): readonly SilentSocket[] {
  const census = readingValue(view.namespace.sockets);
  if (!census) return [];
  return [...stillSilent(view, census), ...givenUp(view, census)];
}

/** Silent at the start and gone at the end, as far as the kernel has ended connections for want of an answer. */
function givenUp(view: RuleView, census: Ends<SocketCensus>): readonly SilentSocket[] {
  // A connect() that times out counts as well.
  const timedOut = counterRise(view, 'TcpExt.TCPAbortOnTimeout') ?? 0;
  const ended = Math.max(0, timedOut - (counterRise(view, 'Tcp.AttemptFails') ?? 0));
  const left = new Set(groups.flatMap((name) => census.after.groups[name].kept.map(({ cookie }) => cookie)));
  return groups
    .flatMap((name) => census.before.groups[name].kept)
    .flatMap((socket) => {
      const silence = left.has(socket.cookie) ? undefined : silenceOf(socket, undefined);
      return silence === undefined ? [] : [{ socket, silence, endsInMs: undefined }];
    })
    .slice(0, ended);
}

function stillSilent(view: RuleView, census: Ends<SocketCensus>): readonly SilentSocket[] {
  return groups.flatMap((name) => {
    const earlier = new Map(census.before.groups[name].kept.map((socket) => [socket.cookie, socket]));
    return census.after.groups[name].kept.flatMap((socket) => {
      const before = earlier.get(socket.cookie);
      const silence = silenceOf(socket, before);
      return silence === undefined
        ? []
        : [{ socket, silence, endsInMs: endsInMs(view, { before, after: socket }, silence) }];
    });
  });
}

function silenceOf(socket: TcpSocket, earlier: TcpSocket | undefined): Silence | undefined {
  switch (socket.timer) {
    case 'retransmit':
      if (socket.retransmits < RESENDS || answersResends(socket, earlier)) return undefined;
      return socket.state === 'ESTABLISHED' || socket.state === 'CLOSE_WAIT'
        ? 'data-unacknowledged'
        : 'close-unacknowledged';
    case 'keepalive':
      return probesUnanswered(socket, earlier) ? 'keepalive-unanswered' : undefined;
    case 'zero-window-probe':
      return probesUnanswered(socket, earlier) && isQuiet(socket) ? 'window-probe-unanswered' : undefined;
    default:
      return undefined;
  }
}

/**
 * A peer that discards our data (PAWS, a full buffer) still answers each resend: then the last ACK is about as old as the last resend,
 * at most half an RTO older while the answer is under way. Behind a dead peer the distance is the whole back-off, which is the RTO or
 * more. (The age of the last data sent would not do: a FIN alone does not renew it.)
 */
function answersResends(socket: TcpSocket, earlier: TcpSocket | undefined): boolean {
  if (!socket.info) return earlier?.timer !== 'retransmit';
  const rtoMs = socket.info.rtoUs / 1000;
  const sinceResendMs = rtoMs - socket.timerExpiresMs;
  return socket.info.lastAckReceivedMs - sinceResendMs < rtoMs * 0.75;
}

/** Any ACK sets icsk_probes_out back to 0 (tcp_ack()): two probes out, or one during the whole window, had no answer. */
function probesUnanswered(socket: TcpSocket, earlier: TcpSocket | undefined): boolean {
  if (socket.retransmits >= 2) return true;
  return socket.retransmits === 1 && earlier?.timer === socket.timer && earlier.retransmits === 1;
}

/** As long as three resends take. */
const QUIET_MS = 1400;

/**
 * A live peer whose window is shut may skip answers: window probes are out of its window, and those are answered once in
 * tcp_invalid_ratelimit (500 ms; tcp_oow_rate_limited()). Its next answer is never far.
 */
function isQuiet({ info }: TcpSocket): boolean {
  return info === undefined || info.lastAckReceivedMs >= QUIET_MS;
}

function endsInMs(
  view: RuleView,
  { before, after }: { readonly before: TcpSocket | undefined; readonly after: TcpSocket },
  silence: Silence,
): number | undefined {
  if (silence === 'window-probe-unanswered') return undefined;
  if (silence === 'keepalive-unanswered') return keepaliveEnd(view, before, after);
  const isOrphan = after.inode === 0;
  const retries = numericSysctl(view, isOrphan ? 'net.ipv4.tcp_orphan_retries' : 'net.ipv4.tcp_retries2');
  if (retries === undefined) return undefined;
  return retransmissionEndsInMs(after, isOrphan ? orphanRetries(retries) : retries);
}

/** By the sysctls; undefined when the probes come at another pace, so that the program has set its own (TCP_KEEPINTVL, TCP_KEEPCNT). */
function keepaliveEnd(view: RuleView, before: TcpSocket | undefined, after: TcpSocket): number | undefined {
  const probes = numericSysctl(view, 'net.ipv4.tcp_keepalive_probes');
  const intervalS = numericSysctl(view, 'net.ipv4.tcp_keepalive_intvl');
  if (probes === undefined || intervalS === undefined) return undefined;
  const sent = after.retransmits - (before?.retransmits ?? 0);
  const atMost = Math.floor(windowMs(view) / (intervalS * 1000)) + 1;
  if (sent > atMost || after.retransmits > probes || after.timerExpiresMs > intervalS * 1000)
    return undefined;
  return keepaliveEndsInMs(after, probes, intervalS * 1000);
}

/** Peers that answer window probes and keep their window shut: alive, but their program does not read. */
export function stalledSockets(view: RuleView): readonly TcpSocket[] {
  const census = readingValue(view.namespace.sockets);
  const silent = new Set(silentSockets(view).map(({ socket }) => socket.cookie));
  return groups.flatMap((name) =>
    (census?.after.groups[name].kept ?? []).filter(
      // The back-off counts probes since the window closed: 2 means that it has been shut for a second and more.
      (socket) =>
        socket.timer === 'zero-window-probe' &&
        !silent.has(socket.cookie) &&
        (socket.info?.backoff ?? 0) >= 2,
    ),
  );
}
