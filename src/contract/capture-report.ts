/** The contract of `capture analyze --json`, version 1, as a schema. */
import * as z from 'zod';
import { type CaptureReport, captureSchemaVersion, judgementIds } from '../tcp/capture.ts';
import type { AsContract } from '../tcp/report.ts';
import { connectionRecordSchema, quantilesSchema } from './connection-record.ts';
import { parseDocument } from './document.ts';
import { findingSchema, unknownSchema } from './finding.ts';
import { contractJsonSchema } from './json-schema.ts';
import type { Agreed } from './same-shape.ts';

/** As it leaves the program: remedies are of four kinds, as in the report of the doctor. */
export type ContractCaptureReport = AsContract<CaptureReport>;

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const perSide = z.strictObject({ byClient: count, byServer: count });
const judgements = z
  .partialRecord(z.enum(judgementIds), count)
  .describe('Connections by what became of them; a judgement that none has may be absent');

const totals = z.strictObject({
  connections: count,
  syn: count.describe('Without ACK, retransmissions included'),
  synAck: count.describe('Retransmissions included'),
  synRetransmissions: count,
  synAckRetransmissions: count,
  retransmissions: count.describe('Data and FIN segments; the three kinds add up to it'),
  timeoutRetransmissions: count,
  fastRetransmissions: count,
  spuriousRetransmissions: count,
  keepaliveProbes: count,
  zeroWindowProbes: count,
  zeroWindows: count,
  duplicateAcks: count,
  outOfOrder: count,
  resets: count,
  push: count,
  payloadBytes: count,
  dataSegments: count.describe('TCP packets with payload'),
  copies: count.describe('Packets shown a second time; they count as packets, and as nothing else'),
  missedByCapture: count.describe('Gaps: bytes passed over or acknowledged that the capture does not have'),
});

const latencyBin = z.strictObject({
  fromMs: z.number(),
  toMs: z.number(),
  connections: count,
  synRetries: count.optional().describe('The bin is the delay of so many unanswered SYNs'),
});

const heartbeat = z.strictObject({
  periodMs: z.number(),
  senders: count,
  agreement: share.describe('How much of the arrivals the period explains'),
  connections: count,
});

const listener = z.strictObject({
  family: z.enum(['ipv4', 'ipv6']),
  address: z.string(),
  port: z.int().min(0).max(65_535),
  connections: count,
  attempts: count.describe('Connections whose beginning was captured'),
  arrivalsPerSecond: z.strictObject({ mean: z.number().min(0), peak: z.number().min(0) }),
  completionRatio: share
    .nullable()
    .describe('Attempts through the handshake, of those seen long enough; null: none'),
  clients: count.describe('Distinct addresses'),
  clientsServed: count.describe('Of those, addresses that completed a handshake'),
  ended: count.describe('Connections whose handshake was completed and which are over'),
  emptyShare: share.nullable().describe('Connections that ended without payload; null: none ended'),
  packets: count,
  packetsWithPayload: count,
  push: count,
  payloadBytes: z.strictObject({ toServer: count, toClient: count }),
  synRetransmissions: count,
  synAckRetransmissions: count,
  retransmissions: perSide,
  zeroWindows: perSide,
  resets: perSide,
  cookieLike: count.describe('SYN-ACKs that take fewer options than offered, as SYN cookies do'),
  connectMs: quantilesSchema.nullable().describe('First SYN to SYN-ACK, of connections that were answered'),
  connectLatency: z.array(latencyBin),
  heartbeat: heartbeat.nullable().describe('Regular connections without payload'),
  judgements,
});

const peer = z.strictObject({
  address: z.string(),
  connections: count,
  packets: count,
  payloadBytes: count,
  empty: count.describe('Connections that ended without payload'),
  synRetransmissions: count,
  retransmissions: count,
});

const series = z.strictObject({
  stepMs: z.number().describe('Each number below counts one step, from the first packet on'),
  packets: z.array(count),
  syn: z.array(count),
  retransmissions: z.array(count),
  push: z.array(count),
  payloadBytes: z.array(count),
});

const captureReportSchema = z.strictObject({
  schemaVersion: z.literal(captureSchemaVersion),
  file: z.string().describe('As it was given; "-": standard input'),
  format: z.enum(['pcap', 'pcapng']),
  partial: z
    .strictObject({ because: z.string(), atByte: count, record: count })
    .nullable()
    .describe('Why the rest was not read, and where it begins; null: read to its end'),
  packets: count,
  tcpPackets: count,
  bytes: count.describe('On the wire, of all packets'),
  fromMs: z.number().describe('ms since 1970, of the earliest packet; 0: there is none'),
  toMs: z.number().describe('ms since 1970, of the latest packet'),
  skipped: z.strictObject({
    fragments: count,
    notTcp: count,
    malformed: count,
    cut: count.describe('By the snap length, inside a header'),
  }),
  totals,
  judgements,
  listeners: z.array(listener).describe('Most connections first; `listenersInAll` counts the rest too'),
  listenersInAll: count,
  peers: z.array(peer).describe('Client addresses, most packets first; `peersInAll` counts the rest too'),
  peersInAll: count,
  series,
  findings: z.array(findingSchema),
  unknowns: z
    .array(unknownSchema)
    .describe('Checks that could not be made; with any, an empty list of findings is no clean bill'),
  examples: z.array(connectionRecordSchema).describe('A few of each judgement'),
  connections: z.array(connectionRecordSchema).optional().describe('Only where they were asked for'),
}) satisfies z.ZodType<ContractCaptureReport>;

/** A report of version 1. Throws HalfopenError (usage) naming the first wrong field. */
export function parseCaptureReport(
  json: unknown,
): Agreed<z.infer<typeof captureReportSchema>, ContractCaptureReport> {
  const remedy = 'It is what `halfopen capture analyze FILE --json` prints (schemaVersion 1).';
  return parseDocument<ContractCaptureReport>(captureReportSchema, json, 'the report of a capture', remedy);
}

export function captureReportJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(captureReportSchema, 'report of a capture');
}
