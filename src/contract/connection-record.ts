/** One captured connection, as the contracts of captures hand it out. */
import * as z from 'zod';
import { type ConnectionRecord, judgementIds } from '../tcp/capture.ts';
import { confidences } from '../tcp/finding.ts';

const count = z.int().min(0);
const port = z.int().min(0).max(65_535);
const packetNumber = z.int().min(0).describe('From 1, as Wireshark counts');
const ms = z.number().describe('ms from the first packet of the capture');

export const quantilesSchema = z
  .strictObject({ samples: count, min: z.number(), median: z.number(), p99: z.number() })
  .describe('ms');

const sends = z.strictObject({
  sends: count.describe('Retransmissions included'),
  atMs: z.array(ms).describe('When the first of them were sent'),
});

const options = z.strictObject({
  mss: count.nullable(),
  windowScale: count.nullable(),
  sack: z.boolean(),
  timestamps: z.boolean(),
});

const flow = z.strictObject({
  packets: count,
  dataSegments: count,
  push: count,
  payloadBytes: count.describe('New bytes, retransmissions not counted'),
  retransmissions: z.strictObject({ timeout: count, fast: count, spurious: count }),
  zeroWindowProbes: count,
  keepaliveProbes: count,
  outOfOrder: count,
  duplicateAcks: count,
  zeroWindows: count,
  resets: count,
  fin: z.boolean(),
  rttMs: quantilesSchema.nullable().describe('From its data to their acknowledgement'),
  options: options.nullable().describe('Of its SYN or SYN-ACK; null: none was captured'),
  ttl: z.int().min(0).max(255).nullable(),
});

export const connectionRecordSchema = z.strictObject({
  number: count.describe('From 0 in the order of first packets: tcp.stream of Wireshark'),
  family: z.enum(['ipv4', 'ipv6']),
  client: z.string(),
  clientPort: port,
  server: z.string(),
  serverPort: port,
  begins: z.enum(['syn', 'syn-ack', 'middle']).describe('"middle": who is the client is a guess'),
  simultaneousOpen: z.boolean(),
  fromMs: ms,
  toMs: ms,
  firstPacket: packetNumber,
  lastPacket: packetNumber,
  syn: sends,
  synAck: sends,
  connectMs: z.number().nullable().describe('First SYN to first SYN-ACK'),
  handshakeRttMs: z.number().nullable().describe('Last SYN to SYN-ACK plus SYN-ACK to ACK'),
  cookieLike: z.boolean().describe('The SYN-ACK takes fewer options, as SYN cookies do'),
  fromClient: flow,
  fromServer: flow,
  longestIdle: z.strictObject({ ms: z.number(), fromMs: ms }),
  end: z.strictObject({
    how: z.enum(['fin', 'reset', 'unreachable', 'silence', 'open']),
    by: z.enum(['client', 'server', 'middlebox']).nullable(),
    atMs: ms.nullable(),
  }),
  judgement: z.strictObject({
    id: z.enum(judgementIds),
    confidence: z.enum(confidences),
    because: z.string(),
    packets: z.array(packetNumber).describe('The packets that show it'),
  }),
}) satisfies z.ZodType<ConnectionRecord>;
