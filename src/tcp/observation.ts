/**
 * Everything one look at a host brings back, bounded in size and free of judgement: what `doctor` judges,
 * what `--save` writes and `--from` reads. Times are milliseconds; `at…Ms` counts from the start of the window.
 */
import type { Reading } from './reading.ts';
import type { Family, TcpSocket, TcpState } from './socket.ts';

export interface Observation {
  readonly observationVersion: 1;
  readonly tool: { readonly name: string; readonly version: string };
  readonly host: HostFacts;
  readonly namespaces: readonly NamespaceObservation[];
  /** Owners of listeners and of conspicuous sockets. */
  readonly processes: Reading<readonly ProcessObservation[]>;
  readonly kernelLog: Reading<readonly KernelLogEvent[]>;
  /** /proc/net/softnet_stat: one row per CPU, the same in every namespace. */
  readonly softnet: Reading<Ends<readonly SoftnetRow[]>>;
}

/** The same quantity at both ends of the window. */
export interface Ends<T> {
  readonly before: T;
  readonly after: T;
}

export interface HostFacts {
  readonly hostname: string;
  readonly kernelRelease: string;
  readonly cpus: number;
  readonly pageSizeBytes: number;
  readonly observedFromMs: number;
  readonly observedToMs: number;
  readonly asRoot: boolean;
  /** Processes whose network namespace the observer may not see; a namespace that only they live in is missing. Only where all were wanted. */
  readonly hiddenProcesses?: number;
  /** Parameters of the observer's own namespace when it is not among the observed ones: what containers are compared with, and the only place to read global limits. */
  readonly reference?: NamespaceParameters;
}

export interface NamespaceParameters {
  readonly inode: number;
  readonly initial: boolean;
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface NamespaceObservation {
  readonly inode: number;
  /** "host" for the initial namespace, names from /run/netns, container and pod ids. */
  readonly names: readonly string[];
  readonly pids: readonly number[];
  /** The initial network namespace (the only one that has net.ipv4.tcp_mem). */
  readonly initial: boolean;
  /** The namespace the observer itself runs in. */
  readonly own: boolean;
  readonly listeners: Reading<readonly ListenerObservation[]>;
  /** Pids by socket inode (as text), for listeners and conspicuous sockets; an inode without an entry has no visible owner. */
  readonly owners: Readonly<Record<string, readonly number[]>>;
  readonly sockets: Reading<Ends<SocketCensus>>;
  /**
   * Sockets that were found in SYN_SENT with a repeated SYN in the course of the window, as last seen: attempts may begin and fail
   * between the two censuses. At most 1,000; absent in older files.
   */
  readonly repeatedConnects?: readonly TcpSocket[];
  /** Counters by "Group.Name", e.g. "TcpExt.ListenOverflows"; a counter that this kernel lacks is absent, not 0. */
  readonly counters: Reading<Ends<Readonly<Record<string, number>>>>;
  /** Values by full name, e.g. "net.core.somaxconn"; read inside the namespace. Absent keys do not exist there. */
  readonly sysctls: Reading<Readonly<Record<string, string>>>;
  /** /proc/net/sockstat and sockstat6 as "TCP.inuse", "TCP.orphan", "TCP.mem" (pages) ... */
  readonly sockstat: Reading<Ends<Readonly<Record<string, number>>>>;
  readonly interfaces: Reading<Ends<readonly InterfaceCounters[]>>;
  readonly conntrack: Reading<ConntrackObservation>;
  readonly packets: Reading<PacketSample>;
}

export interface ListenerObservation {
  readonly cookie: string;
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  readonly boundInterface: number;
  readonly inode: number;
  readonly uid: number;
  readonly cgroupId?: string;
  readonly acceptQueue: Ends<QueueFill>;
  /** Whether the limit is known: /proc/net/tcp has none. */
  readonly limitKnown: boolean;
  /** sk_drops at both ends; absent without sock_diag. A listener born in the window starts at 0. */
  readonly drops?: Ends<number>;
  /** Was there at the start / at the end of the window. */
  readonly presence: Ends<boolean>;
  /** The queue between the ends, sampled; absent when it could not be (no sock_diag). */
  readonly queue?: QueueHistory;
  /** Complete connections that nobody has accepted yet. */
  readonly waiting: Ends<WaitingConnections>;
  /** Half-open requests (SYN_RECV) seen for this address and port. */
  readonly synRecv: Ends<number> & { readonly peak: number };
  /** Pids that hold this socket; empty when unknown (see `processes`). */
  readonly pids: readonly number[];
}

export interface QueueFill {
  readonly length: number;
  readonly limit: number;
}

export interface QueueHistory {
  readonly intervalMs: number;
  readonly samples: number;
  readonly peak: number;
  readonly peakAtMs: number;
  readonly mean: number;
  /** Samples with length > limit: every SYN then is dropped. */
  readonly fullSamples: number;
  /** Samples with length > limit / 2. */
  readonly aboveHalfSamples: number;
  readonly emptySamples: number;
  /** Runs of consecutive full samples. */
  readonly fullEpisodes: number;
  readonly longestFullMs: number;
  /** Sum of the falls between samples: at least so many connections were accepted. */
  readonly acceptedAtLeast: number;
  /** Peak per bin, for a chart; -1 where no sample fell into it; at most 250 bins. */
  readonly binMs: number;
  readonly bins: readonly number[];
}

export interface WaitingConnections {
  readonly count: number;
  /** How long the oldest has waited, ms; 0 when none or unknown. */
  readonly oldestMs: number;
  readonly medianMs: number;
  /** Cookies of the oldest (head of the queue), at most 64: the same head at both ends means nothing was accepted. */
  readonly headCookies: readonly string[];
  /** All members, oldest first, up to 4,096: who of `before` is missing in `after` has been accepted. */
  readonly cookies: readonly string[];
  readonly peers: readonly { readonly address: string; readonly count: number; readonly oldestMs: number }[];
  /** Members whose client has already closed (CLOSE_WAIT in the queue). */
  readonly abandoned: number;
}

/** Sockets of one namespace at one moment: exact counts, and bounded examples of the conspicuous ones. */
export interface SocketCensus {
  readonly atMs: number;
  readonly states: Readonly<Partial<Record<TcpState, number>>>;
  /** How the states were obtained: sock_diag, or /proc/net/tcp (no cookies, no tcp_info). */
  readonly source: 'sock_diag' | 'procfs';
  readonly groups: Readonly<Record<SocketGroupName, SocketGroup>>;
  /** ESTABLISHED and accepted, per listening port (`port` 0: outgoing). */
  readonly established: readonly EstablishedSummary[];
  /** Outgoing port use per (local address, remote address, remote port): those that hold at least half of the local port range, at most 50; only at the end of the window. */
  readonly destinations: readonly DestinationUse[];
}

export const socketGroupNames = [
  'synSent',
  'synRecv',
  'closeWait',
  'finWait1',
  'finWait2',
  'lastAck',
  'unanswered',
] as const;
/** `unanswered`: ESTABLISHED with retransmissions, zero-window or keepalive probes outstanding. `closeWait`: accepted ones only. */
export type SocketGroupName = (typeof socketGroupNames)[number];

export interface SocketGroup {
  readonly total: number;
  /** At most 1,000. */
  readonly kept: readonly TcpSocket[];
}

export interface EstablishedSummary {
  readonly port: number;
  readonly total: number;
  /** No timer armed at all: no keepalive, nothing in flight. */
  readonly withoutTimer: number;
  readonly keepalive: number;
  /** Without timer, and silent in both directions for at least 5 s, 60 s, 15 min, 2 h. */
  readonly idleWithoutTimer: {
    readonly s5: number;
    readonly s60: number;
    readonly m15: number;
    readonly h2: number;
  };
  readonly longestIdleMs: number;
  /** Up to 20 inodes of idle ones without timer, to find their owner. */
  readonly exampleInodes: readonly number[];
}

export interface DestinationUse {
  readonly localAddress: string;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPorts: number;
  readonly timeWait: number;
  readonly established: number;
  readonly exampleInode: number;
}

export interface InterfaceCounters {
  readonly name: string;
  readonly received: LinkCounters;
  readonly sent: LinkCounters;
}

export interface LinkCounters {
  readonly bytes: number;
  readonly packets: number;
  readonly errors: number;
  readonly dropped: number;
  readonly fifo: number;
}

export interface ConntrackObservation {
  readonly count: Ends<number>;
  readonly max: number;
  /** /proc/net/stat/nf_conntrack summed over CPUs; absent when the file is. */
  readonly stat?: Ends<Readonly<Record<string, number>>>;
}

export interface SoftnetRow {
  readonly cpu: number;
  readonly processed: number;
  readonly dropped: number;
  readonly timeSqueeze: number;
}

export interface KernelLogEvent {
  readonly kind: 'syn-flooding' | 'conntrack-full' | 'orphans' | 'tcp-memory' | 'time-wait-overflow';
  /** Wall clock; absent when the source has no readable time. */
  readonly atMs?: number;
  /** Within the window of this observation. */
  readonly inWindow: boolean;
  readonly source: string;
  readonly line: string;
  /** For syn-flooding: what the kernel did. */
  readonly action?: 'cookies' | 'drop' | 'unknown';
  readonly address?: string;
  readonly port?: number;
  /** For conntrack-full: the namespace whose table it is, where the kernel names it. */
  readonly namespaceInode?: number;
}

export interface ProcessObservation {
  readonly pid: number;
  readonly parentPid: number;
  readonly name: string;
  readonly commandLine: string;
  readonly uid: number;
  readonly namespaceInode?: number;
  readonly cgroup: string;
  readonly container?: string;
  /** /proc/PID/stat state letter at both ends: R S D T t Z I. */
  readonly state: Ends<string>;
  /** Held by the cgroup freezer (docker pause and the like). */
  readonly frozen: boolean;
  readonly openDescriptors?: Ends<number>;
  readonly descriptorLimit?: number;
  /** Busiest first, at most 32. */
  readonly threads: Reading<readonly ThreadObservation[]>;
  readonly threadCount: number;
  /** Share of the window in which its CPU cgroup was throttled; absent when not limited or unknown. */
  readonly throttledShare?: number;
}

export interface ThreadObservation {
  readonly tid: number;
  readonly name: string;
  readonly state: string;
  /** Share of one core over the window. */
  readonly cpuShare: number;
  /** Share of the window spent runnable but waiting for a core. */
  readonly runQueueWaitShare: number;
  /** Kernel function it sleeps in, e.g. "hrtimer_nanosleep"; most frequent over the window's looks. */
  readonly waitChannel?: string;
  /** System call it sleeps in, e.g. "epoll_wait", "read"; and what its descriptor is, e.g. "socket 10.0.0.1:5432". */
  readonly systemCall?: string;
  readonly systemCallTarget?: string;
}

/** SYN, SYN-ACK, FIN and RST seen on the wire, joined by four-tuple and initial sequence number. */
export interface PacketSample {
  readonly fromMs: number;
  readonly durationMs: number;
  readonly packets: number;
  /** tp_drops: packets the ring had no room for. */
  readonly droppedByKernel: number;
  /** Packets left unread because reading them would have cost too much CPU. */
  readonly leftUnread: number;
  /** Handshakes not kept because the table was full. */
  readonly handshakesNotKept: number;
  readonly reason: string;
  readonly handshakes: readonly Handshake[];
  /** Sampled data segments of suspect ports: how many carried payload. */
  readonly data: { readonly segments: number; readonly withPayload: number; readonly push: number };
}

/** One connection attempt as the ring saw it. Sequence arithmetic gives payload sizes without capturing payload. */
export interface Handshake {
  readonly atMs: number;
  readonly direction: 'incoming' | 'outgoing' | 'loopback';
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  readonly synCount: number;
  readonly synAckCount: number;
  /** First SYN to first SYN-ACK, ms. */
  readonly synAckAfterMs?: number;
  /** Payload bytes from sequence numbers, known once that side has sent FIN (or RST with a sequence number). */
  readonly clientBytes?: number;
  readonly serverBytes?: number;
  readonly finBy?: 'client' | 'server';
  readonly resetBy?: 'client' | 'server';
  /** When the first FIN or RST was seen, ms from the start of the window. */
  readonly endedAtMs?: number;
  /** An ICMP destination-unreachable quoted the SYN: its code's name, e.g. "host-prohibited", and who sent it. */
  readonly unreachable?: { readonly code: string; readonly by: string };
}
