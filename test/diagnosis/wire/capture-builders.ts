import { openedOn } from '../../../src/diagnosis/wire/listener-counts.ts';
import type {
  CaptureFacts,
  CaptureListener,
  ConnectionRecord,
  FlowRecord,
  JudgementId,
} from '../../../src/tcp/capture.ts';

/** Nobody has ever spoken to it. */
export function makeCaptureListener(some: Partial<CaptureListener> = {}): CaptureListener {
  const connections = Object.values(some.judgements ?? {}).reduce((sum, count) => sum + count, 0);
  const clients = some.clients ?? Math.max(1, Math.round(connections / 3));
  return {
    family: 'ipv4',
    address: '10.0.0.2',
    port: 443,
    connections,
    attempts: connections,
    arrivalsPerSecond: { mean: connections / 10, peak: Math.ceil(connections / 8) },
    completionRatio: null,
    clients,
    clientsServed: Math.min(clients, openedOn({ judgements: some.judgements ?? {} })),
    ended: 0,
    emptyShare: null,
    packets: connections * 10,
    packetsWithPayload: connections * 4,
    push: connections * 2,
    payloadBytes: { toServer: connections * 400, toClient: connections * 4000 },
    synRetransmissions: 0,
    synAckRetransmissions: 0,
    retransmissions: { byClient: 0, byServer: 0 },
    zeroWindows: { byClient: 0, byServer: 0 },
    resets: { byClient: 0, byServer: 0 },
    cookieLike: 0,
    connectMs: { samples: connections, min: 0.1, median: 0.4, p99: 1.2 },
    connectLatency: [{ fromMs: 0, toMs: 1, connections }],
    heartbeat: null,
    judgements: {},
    ...some,
  };
}

interface Scene extends Partial<Omit<CaptureFacts, 'totals' | 'listeners'>> {
  readonly listeners: readonly CaptureListener[];
  readonly totals?: Partial<CaptureFacts['totals']>;
  readonly seconds?: number;
}

/** Totals add up to the listeners', unless they are given. */
export function makeFacts({ listeners, totals, seconds = 10, ...some }: Scene): CaptureFacts {
  const sum = (of: (one: CaptureListener) => number): number =>
    listeners.reduce((all, one) => all + of(one), 0);
  const judgements: Partial<Record<JudgementId, number>> = {};
  for (const listener of listeners) {
    for (const [id, count] of Object.entries(listener.judgements) as [JudgementId, number][]) {
      judgements[id] = (judgements[id] ?? 0) + count;
    }
  }
  const steps = Math.max(1, Math.round(seconds));
  const synRetransmissions = sum((one) => one.synRetransmissions);
  const synAckRetransmissions = sum((one) => one.synAckRetransmissions);
  const resent = sum(({ retransmissions }) => retransmissions.byClient + retransmissions.byServer);
  return {
    file: 'incident.pcap',
    format: 'pcap',
    partial: null,
    packets: sum((one) => one.packets),
    tcpPackets: sum((one) => one.packets),
    bytes: sum((one) => one.packets) * 80,
    fromMs: 1_700_000_000_000,
    toMs: 1_700_000_000_000 + seconds * 1000,
    skipped: { fragments: 0, notTcp: 0, malformed: 0, cut: 0 },
    totals: {
      connections: sum((one) => one.connections),
      syn: sum((one) => one.attempts) + synRetransmissions,
      synAck: sum(({ connectMs }) => connectMs?.samples ?? 0) + synAckRetransmissions,
      synRetransmissions,
      synAckRetransmissions,
      retransmissions: resent,
      timeoutRetransmissions: resent,
      fastRetransmissions: 0,
      spuriousRetransmissions: 0,
      keepaliveProbes: 0,
      zeroWindowProbes: 0,
      zeroWindows: 0,
      duplicateAcks: 0,
      outOfOrder: 0,
      resets: sum(({ resets }) => resets.byClient + resets.byServer),
      push: sum((one) => one.push),
      payloadBytes: sum(({ payloadBytes }) => payloadBytes.toClient + payloadBytes.toServer),
      dataSegments: sum((one) => one.packetsWithPayload),
      copies: 0,
      missedByCapture: 0,
      ...totals,
    },
    judgements,
    listeners,
    listenersInAll: listeners.length,
    peers: [],
    peersInAll: 0,
    series: {
      stepMs: 1000,
      packets: Array.from({ length: steps }, () => 100),
      syn: Array.from({ length: steps }, () => 10),
      retransmissions: Array.from({ length: steps }, () => resent / steps),
      push: Array.from({ length: steps }, () => 5),
      payloadBytes: Array.from({ length: steps }, () => 5000),
    },
    examples: [],
    ...some,
  };
}

export function makeFlow(some: Partial<FlowRecord> = {}): FlowRecord {
  return {
    packets: 5,
    dataSegments: 1,
    push: 1,
    payloadBytes: 100,
    retransmissions: { timeout: 0, fast: 0, spurious: 0 },
    zeroWindowProbes: 0,
    keepaliveProbes: 0,
    outOfOrder: 0,
    duplicateAcks: 0,
    zeroWindows: 0,
    resets: 0,
    fin: false,
    rttMs: null,
    options: null,
    ttl: 64,
    ...some,
  };
}

export function makeRecord(id: JudgementId, some: Partial<ConnectionRecord> = {}): ConnectionRecord {
  return {
    number: 17,
    family: 'ipv4',
    client: '10.0.0.9',
    clientPort: 40_000,
    server: '10.0.0.2',
    serverPort: 443,
    begins: 'syn',
    simultaneousOpen: false,
    fromMs: 0,
    toMs: 1000,
    firstPacket: 120,
    lastPacket: 140,
    syn: { sends: 1, atMs: [0] },
    synAck: { sends: 1, atMs: [0.4] },
    connectMs: 0.4,
    handshakeRttMs: 0.5,
    cookieLike: false,
    fromClient: makeFlow(),
    fromServer: makeFlow(),
    longestIdle: { ms: 500, fromMs: 100 },
    end: { how: 'open', by: null, atMs: null },
    judgement: { id, confidence: 'certain', because: 'as built', packets: [120, 123] },
    ...some,
  };
}
