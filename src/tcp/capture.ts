/** What a capture says: of each connection, of each listener and peer, and in all. Contract of `capture analyze --json`, version 1. */
import type { Confidence, Finding, Unknown } from './finding.ts';
import type { Side } from './prediction.ts';
import type { Family } from './socket.ts';

export const captureSchemaVersion = 1;

/** What became of a connection, worst to best as lists show them. */
export const judgementIds = [
  'accept-queue-stall',
  'syn-timeout',
  'refused',
  'retransmission-death',
  'keepalive-death',
  'idle-timeout-cut',
  'reset-by-middlebox',
  'reset-by-server',
  'reset-by-client',
  'half-open',
  'slow-open',
  'half-closed',
  'lingering',
  'heartbeat',
  'completed',
  /** Still open when the capture ends, and nothing amiss. */
  'ongoing',
  /** Too little was captured to say. */
  'unknown',
] as const;
export type JudgementId = (typeof judgementIds)[number];

/** Judgements of connections that are over, among those whose handshake was completed. */
export const endedJudgementIds: readonly JudgementId[] = Object.freeze([
  'accept-queue-stall',
  'retransmission-death',
  'keepalive-death',
  'idle-timeout-cut',
  'reset-by-middlebox',
  'reset-by-server',
  'reset-by-client',
  'slow-open',
  'lingering',
  'heartbeat',
  'completed',
]);

export interface CaptureReport {
  readonly schemaVersion: typeof captureSchemaVersion;
  /** As it was given; "-" for standard input. */
  readonly file: string;
  readonly format: 'pcap' | 'pcapng';
  /** Why the rest was not read, and where that began; null: read to its end. */
  readonly partial: { readonly because: string; readonly atByte: number; readonly record: number } | null;
  readonly packets: number;
  readonly tcpPackets: number;
  /** On the wire, of all packets. */
  readonly bytes: number;
  /** Wall clock, ms since 1970, of the earliest and the latest packet; 0 when there is none. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly skipped: {
    readonly fragments: number;
    readonly notTcp: number;
    readonly malformed: number;
    /** The snap length cut them inside a header. */
    readonly cut: number;
  };
  readonly totals: CaptureTotals;
  readonly judgements: Readonly<Partial<Record<JudgementId, number>>>;
  /** Most connections first; at most `mostListeners`, `listenersInAll` counts the rest too. */
  readonly listeners: readonly CaptureListener[];
  readonly listenersInAll: number;
  /** Client addresses, most packets first, at most `mostPeers`. */
  readonly peers: readonly CapturePeer[];
  readonly peersInAll: number;
  readonly series: CaptureSeries;
  readonly findings: readonly Finding[];
  readonly unknowns: readonly Unknown[];
  /** A few of each judgement, the most telling first. */
  readonly examples: readonly ConnectionRecord[];
  /** Only where they were asked for. */
  readonly connections?: readonly ConnectionRecord[];
}

/** A capture as it was counted, before anything is concluded from it. */
export type CaptureFacts = Omit<CaptureReport, 'findings' | 'unknowns' | 'schemaVersion'>;

export interface CaptureTotals {
  readonly connections: number;
  /** Every SYN without ACK, retransmissions included; likewise SYN-ACKs. */
  readonly syn: number;
  readonly synAck: number;
  readonly synRetransmissions: number;
  readonly synAckRetransmissions: number;
  /** Data and FIN segments sent again; the kinds below add up to it. */
  readonly retransmissions: number;
  readonly timeoutRetransmissions: number;
  readonly fastRetransmissions: number;
  readonly spuriousRetransmissions: number;
  readonly keepaliveProbes: number;
  readonly zeroWindowProbes: number;
  readonly zeroWindows: number;
  readonly duplicateAcks: number;
  readonly outOfOrder: number;
  readonly resets: number;
  readonly push: number;
  readonly payloadBytes: number;
  /** TCP packets that carry payload. */
  readonly dataSegments: number;
  /** Packets shown a second time, as a capture on several interfaces does; they count as packets, and as nothing else. */
  readonly copies: number;
  /** Times that bytes were passed over or acknowledged that the capture does not have. */
  readonly missedByCapture: number;
}

export interface CaptureListener {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  readonly connections: number;
  /** Those whose beginning was captured. */
  readonly attempts: number;
  /** First SYNs a second, over the capture, and in its busiest second. */
  readonly arrivalsPerSecond: { readonly mean: number; readonly peak: number };
  /** Of the attempts that the capture saw long enough: how many got through the handshake. null: none. */
  readonly completionRatio: number | null;
  /** Distinct client addresses, and how many of them got through a handshake at least once. */
  readonly clients: number;
  readonly clientsServed: number;
  /** Connections whose handshake was completed and which are over. */
  readonly ended: number;
  /** Connections that ended without a byte of payload either way, as a share of those that ended; null: none ended. */
  readonly emptyShare: number | null;
  readonly packets: number;
  readonly packetsWithPayload: number;
  readonly push: number;
  readonly payloadBytes: { readonly toServer: number; readonly toClient: number };
  readonly synRetransmissions: number;
  readonly synAckRetransmissions: number;
  readonly retransmissions: { readonly byClient: number; readonly byServer: number };
  readonly zeroWindows: { readonly byClient: number; readonly byServer: number };
  readonly resets: { readonly byClient: number; readonly byServer: number };
  /** SYN-ACKs that take fewer options than the SYN offered, as SYN cookies do without timestamps. */
  readonly cookieLike: number;
  /** First SYN to SYN-ACK, of connections that were answered. */
  readonly connectMs: Quantiles | null;
  readonly connectLatency: readonly LatencyBin[];
  /** Regular connections without payload. */
  readonly heartbeat: {
    readonly periodMs: number;
    readonly senders: number;
    /** 0 to 1: how much of the arrivals the period explains. */
    readonly agreement: number;
    readonly connections: number;
  } | null;
  readonly judgements: Readonly<Partial<Record<JudgementId, number>>>;
}

export interface CapturePeer {
  readonly address: string;
  readonly connections: number;
  readonly packets: number;
  readonly payloadBytes: number;
  /** Ended without payload. */
  readonly empty: number;
  readonly synRetransmissions: number;
  readonly retransmissions: number;
}

/** From `fromMs` up to `toMs`, SYN to SYN-ACK; `synRetries` where the bin is the delay of so many unanswered SYNs. */
export interface LatencyBin {
  readonly fromMs: number;
  readonly toMs: number;
  readonly connections: number;
  readonly synRetries?: number;
}

/** Per step of `stepMs` from the first packet on. */
export interface CaptureSeries {
  readonly stepMs: number;
  readonly packets: readonly number[];
  readonly syn: readonly number[];
  readonly retransmissions: readonly number[];
  readonly push: readonly number[];
  readonly payloadBytes: readonly number[];
}

export interface Quantiles {
  readonly samples: number;
  readonly min: number;
  readonly median: number;
  readonly p99: number;
}

/** Times count in ms from the first packet of the capture. Packet numbers count from 1, as Wireshark's do. */
export interface ConnectionRecord {
  /** From 0 in the order of first packets: Wireshark's tcp.stream. */
  readonly number: number;
  readonly family: Family;
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  /** How its capture begins; "middle": who is the client is a guess. */
  readonly begins: 'syn' | 'syn-ack' | 'middle';
  readonly simultaneousOpen: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly firstPacket: number;
  readonly lastPacket: number;
  /** `atMs`: the first sends, at most `mostSends`. */
  readonly syn: { readonly sends: number; readonly atMs: readonly number[] };
  readonly synAck: { readonly sends: number; readonly atMs: readonly number[] };
  /** First SYN to first SYN-ACK. */
  readonly connectMs: number | null;
  /** Last SYN to SYN-ACK plus SYN-ACK to ACK: the whole path, wherever it was captured. */
  readonly handshakeRttMs: number | null;
  readonly cookieLike: boolean;
  readonly fromClient: FlowRecord;
  readonly fromServer: FlowRecord;
  readonly longestIdle: { readonly ms: number; readonly fromMs: number };
  readonly end: {
    readonly how: 'fin' | 'reset' | 'unreachable' | 'silence' | 'open';
    readonly by: Side | 'middlebox' | null;
    readonly atMs: number | null;
  };
  readonly judgement: ConnectionJudgement;
}

export interface ConnectionJudgement {
  readonly id: JudgementId;
  readonly confidence: Confidence;
  /** One sentence. */
  readonly because: string;
  /** Numbers of the packets that show it. */
  readonly packets: readonly number[];
}

export interface FlowRecord {
  readonly packets: number;
  readonly dataSegments: number;
  readonly push: number;
  /** New bytes, retransmissions not counted. */
  readonly payloadBytes: number;
  readonly retransmissions: {
    readonly timeout: number;
    readonly fast: number;
    readonly spurious: number;
  };
  readonly zeroWindowProbes: number;
  readonly keepaliveProbes: number;
  readonly outOfOrder: number;
  readonly duplicateAcks: number;
  readonly zeroWindows: number;
  readonly resets: number;
  readonly fin: boolean;
  /** From its data to their acknowledgement. */
  readonly rttMs: Quantiles | null;
  /** Of its SYN or SYN-ACK; null when none was captured. */
  readonly options: OfferedOptions | null;
  readonly ttl: number | null;
}

export interface OfferedOptions {
  readonly mss: number | null;
  readonly windowScale: number | null;
  readonly sack: boolean;
  readonly timestamps: boolean;
}

/** What a segment is beyond its flags; the analysis' word on this one packet. */
export const segmentKinds = [
  'ordinary',
  'syn-retransmission',
  'syn-ack-retransmission',
  'timeout-retransmission',
  'fast-retransmission',
  'spurious-retransmission',
  'out-of-order',
  'keepalive-probe',
  'keepalive-answer',
  'zero-window-probe',
  'zero-window-answer',
  'zero-window',
  'duplicate-ack',
  'icmp-unreachable',
  /** The same packet once more, as a capture on several interfaces shows it. */
  'copy',
] as const;
export type SegmentKind = (typeof segmentKinds)[number];

/** One packet of a connection, for ladders. */
export interface ConnectionPacket {
  /** In the capture, from 1. */
  readonly number: number;
  /** From the first packet of the capture. */
  readonly atMs: number;
  readonly from: Side;
  /** As tcpdump writes them: "S.", "P."; "ICMP host-unreachable" for an error about this connection. */
  readonly flags: string;
  readonly payloadBytes: number;
  /** Relative to the initial sequence numbers, as tcpdump and Wireshark show them. */
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Bytes, scaled where the scale is known. */
  readonly window: number;
  readonly kind: SegmentKind;
}

export interface ConnectionStory {
  readonly connection: ConnectionRecord;
  /** In capture order. */
  readonly packets: readonly ConnectionPacket[];
  /** Packets of this connection beyond those kept. */
  readonly leftOut: number;
}
