/**
 * A saved observation (`doctor --save`, read by `--from`) as a schema. Unknown keys are stripped, so that a file of a
 * newer program with the same version is still read; what a rule depends on must be there and of the right kind.
 */
import * as z from 'zod';
import { type Observation, socketGroupNames } from '../tcp/observation.ts';
import { socketTimers, tcpStates } from '../tcp/socket.ts';
import { parseDocument, wrongDocument } from './document.ts';
import type { Agreed } from './same-shape.ts';

const ends = <T extends z.ZodType>(of: T) => z.object({ before: of, after: of });
const counts = z.record(z.string(), z.number());
const addressCounts = { address: z.string(), count: z.number() };

const reading = <T extends z.ZodType>(of: T) =>
  z.discriminatedUnion('status', [
    z.object({ status: z.literal('ok'), value: of }),
    z.object({ status: z.literal('unsupported'), source: z.string(), since: z.string() }),
    z.object({ status: z.literal('denied'), source: z.string(), needs: z.string() }),
    z.object({ status: z.literal('malformed'), source: z.string(), at: z.string(), got: z.string() }),
    z.object({ status: z.literal('absent'), source: z.string(), because: z.string() }),
  ]);

const tcpInfo = z.object({
  retransmits: z.number(),
  probes: z.number(),
  backoff: z.number(),
  rtoUs: z.number(),
  rttUs: z.number(),
  unacked: z.number(),
  lastDataSentMs: z.number(),
  lastDataReceivedMs: z.number(),
  lastAckReceivedMs: z.number(),
  totalRetransmits: z.number(),
  bytesAcked: z.number(),
  bytesReceived: z.number(),
  segmentsOut: z.number(),
  segmentsIn: z.number(),
  bytesSent: z.number(),
  bytesRetransmitted: z.number(),
});

const tcpSocket = z.object({
  cookie: z.string(),
  family: z.enum(['ipv4', 'ipv6']),
  state: z.enum(tcpStates),
  localAddress: z.string(),
  localPort: z.number(),
  remoteAddress: z.string(),
  remotePort: z.number(),
  boundInterface: z.number(),
  timer: z.enum(socketTimers),
  timerExpiresMs: z.number(),
  retransmits: z.number(),
  receiveQueue: z.number(),
  sendQueue: z.number(),
  uid: z.number(),
  inode: z.number(),
  cgroupId: z.string().optional(),
  drops: z.number().optional(),
  info: tcpInfo.optional(),
});

const socketGroup = z.object({ total: z.number(), kept: z.array(tcpSocket) });

const census = z.object({
  atMs: z.number(),
  states: z.partialRecord(z.enum(tcpStates), z.number()),
  source: z.enum(['sock_diag', 'procfs']),
  groups: z.object(allGroups(socketGroup)),
  established: z.array(
    z.object({
      port: z.number(),
      total: z.number(),
      withoutTimer: z.number(),
      keepalive: z.number(),
      idleWithoutTimer: z.object({ s5: z.number(), s60: z.number(), m15: z.number(), h2: z.number() }),
      longestIdleMs: z.number(),
      exampleInodes: z.array(z.number()),
    }),
  ),
  destinations: z.array(
    z.object({
      localAddress: z.string(),
      remoteAddress: z.string(),
      remotePort: z.number(),
      localPorts: z.number(),
      timeWait: z.number(),
      established: z.number(),
      exampleInode: z.number(),
    }),
  ),
});

/** An object, not a record over the names: a record would refuse a group that a newer program adds. */
function allGroups<T>(group: T): Record<(typeof socketGroupNames)[number], T> {
  return Object.fromEntries(socketGroupNames.map((name) => [name, group])) as Record<
    (typeof socketGroupNames)[number],
    T
  >;
}

const waiting = z.object({
  count: z.number(),
  oldestMs: z.number(),
  medianMs: z.number(),
  headCookies: z.array(z.string()),
  cookies: z.array(z.string()),
  peers: z.array(z.object({ ...addressCounts, oldestMs: z.number() })),
  abandoned: z.number(),
});

const queueHistory = z.object({
  intervalMs: z.number(),
  samples: z.number(),
  peak: z.number(),
  peakAtMs: z.number(),
  mean: z.number(),
  fullSamples: z.number(),
  aboveHalfSamples: z.number(),
  emptySamples: z.number(),
  fullEpisodes: z.number(),
  longestFullMs: z.number(),
  acceptedAtLeast: z.number(),
  binMs: z.number(),
  bins: z.array(z.number()),
});

const listener = z.object({
  cookie: z.string(),
  family: z.enum(['ipv4', 'ipv6']),
  address: z.string(),
  port: z.number(),
  boundInterface: z.number(),
  inode: z.number(),
  uid: z.number(),
  cgroupId: z.string().optional(),
  acceptQueue: ends(z.object({ length: z.number(), limit: z.number() })),
  limitKnown: z.boolean(),
  drops: ends(z.number()).optional(),
  presence: ends(z.boolean()),
  queue: queueHistory.optional(),
  waiting: ends(waiting),
  synRecv: z.object({ before: z.number(), after: z.number(), peak: z.number() }),
  pids: z.array(z.number()),
});

const linkCounters = z.object({
  bytes: z.number(),
  packets: z.number(),
  errors: z.number(),
  dropped: z.number(),
  fifo: z.number(),
});

const handshake = z.object({
  atMs: z.number(),
  direction: z.enum(['incoming', 'outgoing', 'loopback']),
  client: z.string(),
  clientPort: z.number(),
  server: z.string(),
  serverPort: z.number(),
  synCount: z.number(),
  synAckCount: z.number(),
  synAckAfterMs: z.number().optional(),
  clientBytes: z.number().optional(),
  serverBytes: z.number().optional(),
  finBy: z.enum(['client', 'server']).optional(),
  resetBy: z.enum(['client', 'server']).optional(),
  endedAtMs: z.number().optional(),
  unreachable: z.object({ code: z.string(), by: z.string() }).optional(),
});

const packetSample = z.object({
  fromMs: z.number(),
  durationMs: z.number(),
  packets: z.number(),
  droppedByKernel: z.number(),
  leftUnread: z.number(),
  handshakesNotKept: z.number(),
  reason: z.string(),
  handshakes: z.array(handshake),
  data: z.object({ segments: z.number(), withPayload: z.number(), push: z.number() }),
});

const namespace = z.object({
  inode: z.number(),
  names: z.array(z.string()),
  pids: z.array(z.number()),
  owners: z.record(z.string(), z.array(z.number())),
  initial: z.boolean(),
  own: z.boolean(),
  listeners: reading(z.array(listener)),
  sockets: reading(ends(census)),
  repeatedConnects: z.array(tcpSocket).optional(),
  counters: reading(ends(counts)),
  sysctls: reading(z.record(z.string(), z.string())),
  sockstat: reading(ends(counts)),
  interfaces: reading(
    ends(z.array(z.object({ name: z.string(), received: linkCounters, sent: linkCounters }))),
  ),
  conntrack: reading(z.object({ count: ends(z.number()), max: z.number(), stat: ends(counts).optional() })),
  packets: reading(packetSample),
});

const thread = z.object({
  tid: z.number(),
  name: z.string(),
  state: z.string(),
  cpuShare: z.number(),
  runQueueWaitShare: z.number(),
  waitChannel: z.string().optional(),
  systemCall: z.string().optional(),
  systemCallTarget: z.string().optional(),
});

const process = z.object({
  pid: z.number(),
  name: z.string(),
  parentPid: z.number(),
  commandLine: z.string(),
  uid: z.number(),
  namespaceInode: z.number().optional(),
  cgroup: z.string(),
  container: z.string().optional(),
  state: ends(z.string()),
  frozen: z.boolean(),
  openDescriptors: ends(z.number()).optional(),
  descriptorLimit: z.number().optional(),
  threads: reading(z.array(thread)),
  threadCount: z.number(),
  throttledShare: z.number().optional(),
});

export const kernelLogEvent = z.object({
  kind: z.enum(['syn-flooding', 'conntrack-full', 'orphans', 'tcp-memory', 'time-wait-overflow']),
  atMs: z.number().optional(),
  inWindow: z.boolean(),
  source: z.string(),
  line: z.string(),
  action: z.enum(['cookies', 'drop', 'unknown']).optional(),
  address: z.string().optional(),
  port: z.number().optional(),
  namespaceInode: z.number().optional(),
});

export const observationSchema = z.object({
  observationVersion: z.literal(1),
  tool: z.object({ name: z.string(), version: z.string() }),
  host: z.object({
    hostname: z.string(),
    kernelRelease: z.string(),
    cpus: z.number(),
    pageSizeBytes: z.number(),
    observedFromMs: z.number(),
    observedToMs: z.number(),
    asRoot: z.boolean(),
    hiddenProcesses: z.number().optional(),
    reference: z
      .object({ inode: z.number(), initial: z.boolean(), sysctls: z.record(z.string(), z.string()) })
      .optional(),
  }),
  namespaces: z.array(namespace),
  processes: reading(z.array(process)),
  kernelLog: reading(z.array(kernelLogEvent)),
  softnet: reading(
    ends(
      z.array(
        z.object({ cpu: z.number(), processed: z.number(), dropped: z.number(), timeSqueeze: z.number() }),
      ),
    ),
  ),
}) satisfies z.ZodType<Observation>;

/** An observation of version 1. Throws HalfopenError (usage) naming the first wrong field, or the version it cannot read. */
export function parseObservation(json: unknown): Agreed<z.infer<typeof observationSchema>, Observation> {
  const what = 'the saved observation';
  const remedy = 'An observation is what `halfopen doctor --save FILE` writes.';
  const given = typeof json === 'object' && json !== null ? (json as Readonly<Record<string, unknown>>) : {};
  const version = given.observationVersion;
  if (typeof version === 'number' && version > 1) {
    const said = `it has observationVersion ${version}, this halfopen reads version 1`;
    throw wrongDocument(what, said, 'Judge it with the halfopen that wrote it, or a newer one.');
  }
  if (version === undefined && given.schemaVersion !== undefined) {
    throw wrongDocument(
      what,
      'this is a report (doctor --json), which lacks the evidence to judge again',
      remedy,
    );
  }
  return parseDocument<Observation>(observationSchema, json, what, remedy);
}
