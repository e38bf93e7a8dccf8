/** What each program of the lab takes as its argument (JSON), says when it is ready, and says when it is done. */

import type { ForwarderDone, ForwarderOptions, ForwarderReady } from './forwarder-options.ts';
import type { ProbesDone, ProbesOptions, ProbesReady, SocketOptions } from './probes-options.ts';

export interface LabPrograms {
  readonly listener: { options: ListenerOptions; ready: ListenerReady; done: ListenerDone };
  readonly clients: { options: ClientsOptions; ready: ClientsReady; done: ClientsDone };
  readonly spoof: { options: SpoofOptions; ready: SpoofReady; done: SpoofDone };
  readonly probes: { options: ProbesOptions; ready: ProbesReady; done: ProbesDone };
  readonly forwarder: { options: ForwarderOptions; ready: ForwarderReady; done: ForwarderDone };
}

export interface KeepaliveOptions {
  readonly idleSeconds: number;
  readonly intervalSeconds: number;
  readonly probes: number;
}

/**
 * How a server treats its accept queue:
 * - accept: takes every connection at once, `workMs` of processor time for each
 * - slow-accept: takes one connection every `acceptEveryMs`
 * - pause-bursts: accepts, but stands still for `pauseMs` every `pauseEveryMs`, like a garbage collection
 * - fd-limit: keeps connections until `descriptors` are open, then fails with EMFILE and tries again and again
 * - never-accept: blocked on a futex, like a thread waiting for a lock
 * - sleep: blocked in a sleep
 * - spin: never accepts and keeps a core busy
 */
export type AcceptMode =
  | 'accept'
  | 'slow-accept'
  | 'pause-bursts'
  | 'fd-limit'
  | 'never-accept'
  | 'sleep'
  | 'spin';

export interface ListenerOptions {
  /** "0.0.0.0", "::" (IPv6 only, unless `dualStack`), or one address. */
  readonly address: string;
  readonly port: number;
  readonly backlog: number;
  readonly dualStack?: boolean;
  /** How many sockets listen on the port; more than one share it with SO_REUSEPORT. */
  readonly sockets?: number;
  readonly reusePort?: boolean;
  /** Default: accept. */
  readonly mode?: AcceptMode;
  readonly acceptEveryMs?: number;
  readonly workMs?: number;
  readonly pauseMs?: number;
  readonly pauseEveryMs?: number;
  /** fd-limit: connections taken before EMFILE; default 16. */
  readonly descriptors?: number;
  /** Read what arrives, and close when the peer has closed (unless `hold`). */
  readonly read?: boolean;
  /** Never close: with a peer that closes, CLOSE_WAIT for ever. */
  readonly hold?: boolean;
  /** Sent once on each connection: after its first data with `read`, otherwise at once. */
  readonly replyBytes?: number;
  /** With `read`: `replyBytes` again whenever data has arrived. */
  readonly replyToEach?: boolean;
  /** Close this long after accepting, whatever the peer does. */
  readonly closeAfterMs?: number;
  /** shutdown(SHUT_WR) where it would close, and keep the descriptor: FIN_WAIT2 which is no orphan. */
  readonly shutdownWrite?: boolean;
  /** Close every open connection (with `shutdownWrite`: shut it down) at SIGUSR2. Not in the modes that are blocked or spinning. */
  readonly closeOnSignal?: boolean;
  /** With `shutdownWrite`: close the descriptor so long after it, whatever the peer does; default: never. Up to 50 ms late. */
  readonly lingerMs?: number;
  /** On the listening socket before bind; accepted ones inherit them. */
  readonly socketOptions?: SocketOptions;
  /** TCP_CONGESTION, inherited too: any the kernel has, for a program with CAP_NET_ADMIN. */
  readonly congestionControl?: string;
  readonly keepalive?: KeepaliveOptions;
  /** TCP_DEFER_ACCEPT in seconds. */
  readonly deferAcceptSeconds?: number;
  /** TCP_SYNCNT: on a listener it stands for tcp_synack_retries. */
  readonly synCount?: number;
  /** Nothing is accepted in the first moments; any mode that accepts at all. */
  readonly acceptAfterMs?: number;
  /** Which of several `sockets` are accepted from (0 is the first); the others only listen, as a stuck worker does. Default: all. */
  readonly acceptFromSockets?: readonly number[];
  /** Call listen() again on the live sockets, with `relistenBacklog`: at this time, and at each SIGUSR1. Not in mode `spin` and `sleep`. */
  readonly relistenAtMs?: number;
  readonly relistenBacklog?: number;
  /** Close one listening socket at this time, `closeSocket` says which; default: the first. */
  readonly closeSocketAtMs?: number;
  readonly closeSocket?: number;
}

export interface ListenerReady {
  readonly pid: number;
  readonly address: string;
  readonly port: number;
}

/** Said at SIGTERM; not in the modes that are blocked or spinning, these just end. */
export interface ListenerDone {
  readonly accepted: number;
  readonly closedByPeer: number;
  readonly reset: number;
  readonly open: number;
  readonly tooManyFiles: number;
  readonly bytesRead: number;
  /** In the order in which they began to listen. */
  readonly acceptedPerSocket: readonly number[];
}

export interface ClientsOptions {
  readonly to: string;
  readonly port: number;
  /** How many clients; default 1. */
  readonly count?: number;
  /** Addresses to connect from, taken in turn. */
  readonly from?: readonly string[];
  /** Start of the clients spread in time; default all at once. */
  readonly ratePerSecond?: number;
  /** Each client connects again at this interval (heartbeats), `repeats` times in all; without interval as soon as it can. */
  readonly repeatEveryMs?: number;
  readonly repeats?: number;
  /** Sent once after connecting; every `sendEveryMs` again when that is given. */
  readonly sendBytes?: number;
  readonly sendEveryMs?: number;
  /** A request and its response: wait for so many bytes after each `sendBytes`; closes `holdMs` after a single one. */
  readonly awaitReplyBytes?: number;
  /** Read until the peer closes, then close. */
  readonly receiveUntilClose?: boolean;
  /** Stay connected this long before closing; default 0. */
  readonly holdMs?: number;
  /** How to close; default fin. "never" and "shutdown-write" keep the socket until the process ends. */
  readonly close?: 'fin' | 'rst' | 'never' | 'shutdown-write';
  /** Stop waiting for the handshake after this long, as applications do; default: as long as the kernel tries. */
  readonly giveUpAfterMs?: number;
  /** TCP_SYNCNT. */
  readonly synCount?: number;
  readonly userTimeoutMs?: number;
  readonly keepalive?: KeepaliveOptions;
  /** Before the first data: set the clock of our timestamps back by this much, so that PAWS rejects them (RFC 7323, 5). */
  readonly oldTimestampMs?: number;
  /** Everything ends after this long; default 180 s. */
  readonly maxMs?: number;
  /** Tell in `outcomes` what became of each connection, of the first 20,000. */
  readonly keepOutcomes?: boolean;
}

export interface ClientsReady {
  readonly pid: number;
}

/** Times in milliseconds after `startedAtEpochMs`. */
export interface ConnectionOutcome {
  readonly startedAtMs: number;
  readonly connectedAtMs: number | null;
  /** Closed, failed or given up; null: it was still there at the end. */
  readonly endedAtMs: number | null;
  /** "ETIMEDOUT"; null when nothing went wrong, and for one that was given up. */
  readonly errno: string | null;
}

export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** Said when every client has come to its end ("never" and "shutdown-write": has connected or failed). */
export interface ClientsDone {
  readonly attempted: number;
  readonly established: number;
  readonly refused: number;
  readonly timedOut: number;
  /** Reset while connecting or later. */
  readonly reset: number;
  readonly gaveUp: number;
  /** Still connecting or connected when SIGTERM or `maxMs` came. */
  readonly unfinished: number;
  /** Other errors by name: EADDRNOTAVAIL, EHOSTUNREACH ... */
  readonly errors: Readonly<Record<string, number>>;
  /** With many clients at once it includes the time this one thread spends on the others: some 20 us each. */
  readonly connectMs: Spread | null;
  /** From a request to the last byte of its response. */
  readonly roundTripMs: (Spread & { readonly count: number }) | null;
  readonly bytesSent: number;
  readonly bytesReceived: number;
  /** Milliseconds since 1970, to compare with captured packets. */
  readonly startedAtEpochMs: number;
  /** From the first connection attempt to the last end of one; for connections that stay, to the last that was established. */
  readonly tookMs: number;
  /** `established` over `tookMs`. */
  readonly connectionsPerSecond: number;
  /** Empty without `keepOutcomes`. */
  readonly outcomes: readonly ConnectionOutcome[];
}

export interface SpoofOptions {
  readonly device: string;
  /** Empty on a link without Ethernet, as `LinkEnd.mac` is. */
  readonly sourceMac: string;
  readonly destinationMac: string;
  readonly to: string;
  readonly port: number;
  /** Each segment comes from another address of this prefix, which must be private as a whole (private-ranges.ts). */
  readonly sourcePrefix: string;
  readonly count: number;
  /** Default: as fast as possible. */
  readonly ratePerSecond?: number;
  readonly seed?: number;
  /** As tcpdump writes them: S (default), S., ., R, F., P. */
  readonly flags?: string;
  /** Ends after this long with what has been sent by then; default 60 s. */
  readonly maxMs?: number;
}

export interface SpoofReady {
  readonly pid: number;
}

export interface SpoofDone {
  /** Taken by the device; a veth pair loses none of them, the receiver may. */
  readonly sent: number;
  /** From the first to the last. */
  readonly tookMs: number;
  /** Intervals between them, over `tookMs`: 0 for a single one. */
  readonly packetsPerSecond: number;
}
