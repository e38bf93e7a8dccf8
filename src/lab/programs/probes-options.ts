/** Numbers for setsockopt(2) by their C names, in the option's own unit; SO_SNDTIMEO and SO_RCVTIMEO in milliseconds. */
export type SocketOptions = Readonly<Partial<Record<SocketOptionName, number>>>;

export const socketOptionNames = [
  'SO_SNDBUF',
  'SO_RCVBUF',
  'SO_KEEPALIVE',
  'SO_LINGER',
  'SO_RCVTIMEO',
  'SO_SNDTIMEO',
  'TCP_NODELAY',
  'TCP_MAXSEG',
  'TCP_KEEPIDLE',
  'TCP_KEEPINTVL',
  'TCP_KEEPCNT',
  'TCP_SYNCNT',
  'TCP_LINGER2',
  'TCP_WINDOW_CLAMP',
  'TCP_QUICKACK',
  'TCP_USER_TIMEOUT',
  'TCP_RTO_MAX_MS',
  'IP_RECVERR',
  'IP_BIND_ADDRESS_NO_PORT',
  'IPV6_RECVERR',
] as const;
export type SocketOptionName = (typeof socketOptionNames)[number];

export interface ProbeOptions {
  /** Comes back in the result. */
  readonly name: string;
  readonly to: string;
  readonly port: number;
  /** bind(2) before connecting. With `from` alone the port is chosen at connect (IP_BIND_ADDRESS_NO_PORT). */
  readonly from?: string;
  readonly fromPort?: number;
  /** Set in this order, before bind and connect. SO_LINGER: seconds. */
  readonly options?: SocketOptions;
  /** connect(2) in a thread of its own which it blocks; what comes after is non-blocking. */
  readonly blocking?: boolean;
  /** When to connect, after `ready`; default 0. */
  readonly startAtMs?: number;
  readonly steps?: readonly ProbeStep[];
  /** Read whatever arrives at once (default), or only at "read" steps: with this the receive buffer can fill. */
  readonly read?: 'at-once' | 'at-steps';
  /** Longest to watch it, from its connect on; default: as long as the program runs. It is closed then. */
  readonly watchMs?: number;
}

export interface ProbeStep {
  readonly atMs: number;
  /** What `atMs` counts from; default established. A step whose moment never comes is not done. */
  readonly since?: 'connect' | 'established' | 'end-of-stream';
  readonly do: 'send' | 'read' | 'shutdown-write' | 'close' | 'reset';
  /** send: how many, default 1; what the send buffer does not take is not sent, which is no error. read: at most; default all there is. */
  readonly bytes?: number;
}

export interface ProbesOptions {
  /** As many as their options fit on a command line: 128 KiB, some thousand. */
  readonly probes: readonly ProbeOptions[];
  /** What each probe's `startAtMs` counts from, milliseconds since 1970; default: `ready`. */
  readonly startAtUnixMs?: number;
  /** Everything ends after this long; default 180 s. */
  readonly maxMs?: number;
}

export interface ProbesReady {
  readonly pid: number;
}

/**
 * Said when every probe is over: its socket is closed, or dead with no step left that could still be done, or `watchMs`
 * have passed; at `maxMs` or SIGTERM at the latest.
 */
export interface ProbesDone {
  /** False: ended by `maxMs` or SIGTERM while probes without `watchMs` were still watched. */
  readonly complete: boolean;
  readonly probes: readonly ProbeResult[];
}

export interface ProbeResult {
  readonly name: string;
  /** When connect(2) was called, by the clock that also stamps packets: milliseconds since 1970, with fractions. */
  readonly connectAtUnixMs: number;
  /** null: never had one, or it was gone before it could be read (a connect refused within itself, as on veth). */
  readonly localAddress: string | null;
  readonly localPort: number | null;
  /** All times in milliseconds with fractions since `connectAtUnixMs`. null: never. */
  readonly establishedAtMs: number | null;
  /** The first error, and the call that told it. */
  readonly error: ProbeError | null;
  /** When the kernel gave the connection up (its state became CLOSE with nobody having closed it). */
  readonly diedAtMs: number | null;
  readonly endOfStreamAtMs: number | null;
  readonly bytesReceived: number;
  readonly bytesSent: number;
  /** The kernel's name when watching ended; null when we had closed it. */
  readonly stateAtEnd: string | null;
  readonly endedAtMs: number;
  readonly timeline: readonly ProbeEvent[];
}

export interface ProbeError {
  readonly atMs: number;
  /** "ETIMEDOUT" */
  readonly errno: string;
  /** "connect", "SO_ERROR", "recv", "send", "shutdown", "socket", "bind", or "setsockopt TCP_SYNCNT". */
  readonly where: string;
}

export type ProbeEvent =
  | { readonly atMs: number; readonly what: 'connect' }
  /** A blocking connect came back. */
  | { readonly atMs: number; readonly what: 'connect-returned'; readonly errno: string | null }
  | { readonly atMs: number; readonly what: 'established' }
  /** "IN|ERR|HUP|RDHUP" */
  | { readonly atMs: number; readonly what: 'poll'; readonly events: string }
  | ({ readonly what: 'error' } & ProbeError)
  | ({ readonly atMs: number; readonly what: 'error-queue' } & QueuedError)
  | { readonly atMs: number; readonly what: 'received' | 'sent'; readonly bytes: number }
  | {
      readonly atMs: number;
      readonly what: 'end-of-stream' | 'shutdown-write' | 'close' | 'reset' | 'died';
    };

/** struct sock_extended_err (include/uapi/linux/errqueue.h) and who sent the ICMP message. */
export interface QueuedError {
  readonly errno: string;
  readonly origin: 'local' | 'icmp' | 'icmp6' | 'other';
  /** Of the ICMP message. */
  readonly type: number;
  readonly code: number;
  readonly offender: string | null;
}
