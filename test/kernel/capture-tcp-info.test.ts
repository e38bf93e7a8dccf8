import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from 'vitest';
import { CaptureAnalysis } from '../../src/capture/capture-analysis.ts';
import { describeAll } from '../../src/capture/describe-all.ts';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { extensions } from '../../src/kernel/netlink/sock-diag-request.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import { PacketRing } from '../../src/kernel/packet-ring/packet-ring.ts';
import { tcpFilter } from '../../src/kernel/packet-ring/tcp-filter.ts';
import { type Counters, readNetCounters } from '../../src/kernel/procfs/net-counters.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { connectByTun, type TunLink } from '../../src/lab/tun-link.ts';
import type { ConnectionRecord, FlowRecord } from '../../src/tcp/capture.ts';
import type { Family, TcpInfo } from '../../src/tcp/socket.ts';

const families = [
  { family: 'ipv4', address: '10.90.0.2', any: '0.0.0.0', seed: 1 },
  { family: 'ipv6', address: 'fd90::2', any: '::', seed: 2 },
] as const;
const port = 8080;
const delayMs = 15;
const lossPercent = 3;
const LINKTYPE_RAW = 101;
const SNAP_BYTES = 128;
/** The link's delay counts from when it began to read a batch (one-way.ts), which may be before its last packet was sent. */
const readingMs = 0.5;
/** Waking up and carrying a packet, both ways. */
const carryingMs = 3;
/**
 * Where the kernel measures by timestamps (tcp_rtt_tsopt_us) it comes out up to a tick short, 4 ms with CONFIG_HZ=250: an echo may be of a
 * segment that waited in the sender's queue.
 */
const tickMs = 4;
/** TCP_DELACK_MIN, which smoothed round trips contain and the shortest do not. */
const delayedAckMs = 40;
/** Nothing passes for longer than the longest timeout that a lost segment of this link leads to. */
const quietForMs = 1500;

interface KernelSays extends TcpInfo {
  /** tcpi_min_rtt and tcpi_data_segs_out, as ss prints them. */
  readonly minRttMs: number;
  readonly dataSegmentsOut: number;
  /** Of its namespace, where this is the only connection. */
  readonly counters: Counters;
}

interface Heard {
  readonly record: ConnectionRecord;
  readonly kernel: KernelSays;
}

/** One end of the connection: what was captured there, and what its kernel says of the socket. */
class Ear implements Disposable {
  readonly #namespace: LabNamespace;
  readonly #ring: PacketRing;
  readonly #analysis = new CaptureAnalysis();
  #packets = 0;

  constructor(namespace: LabNamespace) {
    this.#namespace = namespace;
    const opened = PacketRing.open({
      namespacePath: namespace.path,
      filter: tcpFilter({ snapBytes: SNAP_BYTES, everything: { ports: [port] } }),
      snapBytes: SNAP_BYTES,
      bytes: 16 * 1024 ** 2,
    });
    if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
    this.#ring = opened.value;
  }

  /** Packets so far. */
  listen(): number {
    this.#ring.read(100_000, ({ bytes, originalBytes, timestampUs }) => {
      const seconds = Math.floor(timestampUs / 1e6);
      const nanoseconds = Math.round(timestampUs - seconds * 1e6) * 1000;
      this.#analysis.takeFrame(bytes, 0, bytes.length, originalBytes, seconds, nanoseconds, LINKTYPE_RAW);
      this.#packets++;
    });
    return this.#packets;
  }

  tell(family: Family): Heard {
    this.listen();
    expect(this.#ring.statistics().dropped).toBe(0);
    const records = [...describeAll(this.#analysis.engine)];
    const [record] = records;
    if (record === undefined || records.length > 1)
      throw new Error(`${records.length} connections instead of one`);
    return { record, kernel: kernelSays(this.#namespace, family) };
  }

  [Symbol.dispose](): void {
    this.#ring.close();
  }
}

function kernelSays(namespace: LabNamespace, family: Family): KernelSays {
  const opened = SockDiag.open(namespace.path);
  if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
  using sockets = opened.value;
  const infos: TcpInfo[] = [];
  sockets.dump({ family, states: ['ESTABLISHED'], extensions: extensions.info, ports: [port] }, (message) => {
    const { info } = message.toSocket();
    if (info) infos.push(info);
  });
  const [info] = infos;
  if (info === undefined || infos.length > 1) throw new Error(`${infos.length} sockets instead of one`);
  const text = namespace.run('ss', ['-tinOH', 'state', 'established']);
  const number = (name: string): number => Number(new RegExp(`\\b${name}:([\\d.]+)`).exec(text)?.[1]);
  const counters = inNamespace(namespace.path, () => readNetCounters('/proc/thread-self/net'));
  if (counters.status !== 'ok') throw new Error(JSON.stringify(counters));
  return {
    ...info,
    counters: counters.value,
    minRttMs: number('minrtt'),
    dataSegmentsOut: number('data_segs_out'),
  };
}

/** Requests of 30,000 bytes for 1.5 seconds and 10,000 bytes back for each part in which they arrive, over a link that loses; until all has been acknowledged. */
async function transfer({
  family,
  address,
  any,
  seed,
}: (typeof families)[number]): Promise<readonly [Heard, Heard]> {
  using client = LabNamespace.create('client');
  using server = LabNamespace.create('server');
  const link = await connectByTun(client, server, { delayMs, seed });
  using clientEar = new Ear(client);
  using serverEar = new Ear(server);
  const bytes = 30_000;
  const listening = { address: any, port, backlog: 8 } as const;
  const listener = server.spawn('listener', {
    ...listening,
    read: true,
    replyBytes: bytes / 3,
    replyToEach: true,
  });
  await listener.ready;
  const clients = client.spawn('clients', {
    to: address,
    port,
    sendBytes: bytes,
    sendEveryMs: 1,
    awaitReplyBytes: bytes / 3,
    holdMs: 1500,
    close: 'never',
  });
  await clients.ready;
  await beginLosing(link, () => clientEar.listen());
  await untilQuiet(() => clientEar.listen() + serverEar.listen());
  return [clientEar.tell(family), serverEar.tell(family)];
}

/** A lost SYN would only make it wait. */
async function beginLosing(link: TunLink, packets: () => number): Promise<void> {
  while (packets() < 3) await sleep(5);
  await link.change({ lossPercent });
}

async function untilQuiet(packets: () => number): Promise<void> {
  let [seen, sinceMs] = [packets(), performance.now()];
  while (performance.now() - sinceMs < quietForMs) {
    await sleep(50);
    const now = packets();
    if (now !== seen) [seen, sinceMs] = [now, performance.now()];
  }
}

/** Of the capture where it was sent: all that one end sent. */
interface Sent {
  readonly flow: FlowRecord;
  readonly own: KernelSays;
  readonly peer: KernelSays;
}

describe.skipIf(process.getuid?.() !== 0)(
  "captured connections and the kernel's tcp_info (root: makes network namespaces)",
  () => {
    describe.each(families)('over $family', (over) => {
      let atClient: Heard;
      let atServer: Heard;
      beforeAll(async () => {
        [atClient, atServer] = await transfer(over);
      });

      const sides = ['client', 'server'] as const;
      const sentBy = (side: (typeof sides)[number]): Sent =>
        side === 'client'
          ? { flow: atClient.record.fromClient, own: atClient.kernel, peer: atServer.kernel }
          : { flow: atServer.record.fromServer, own: atServer.kernel, peer: atClient.kernel };

      it('tell of enough to compare: bytes both ways, and losses both ways', () => {
        for (const side of sides) {
          const { own } = sentBy(side);
          expect(own.bytesSent).toBeGreaterThan(100_000);
          expect(own.totalRetransmits).toBeGreaterThan(5);
          expect(own.unacked).toBe(0);
        }
      });

      it.each(sides)('agree on the bytes of the %s', (side) => {
        const { flow, own, peer } = sentBy(side);
        expect(flow.payloadBytes).toBe(own.bytesSent - own.bytesRetransmitted);
        expect(flow.payloadBytes).toBe(peer.bytesReceived);
      });

      it('agree on the bytes wherever they are captured, lost packets or not', () => {
        expect(atServer.record.fromClient.payloadBytes).toBe(atClient.record.fromClient.payloadBytes);
        expect(atClient.record.fromServer.payloadBytes).toBe(atServer.record.fromServer.payloadBytes);
      });

      it.each(sides)('agree on what the %s sent again', (side) => {
        const { flow, own } = sentBy(side);
        const { timeout, fast, spurious } = flow.retransmissions;
        // A tun device takes no segments larger than the path's (no TSO), so each packet captured there is one segment.
        expect(timeout + fast + spurious).toBe(own.totalRetransmits);
        expect(flow.outOfOrder).toBe(0);
      });

      it.each(sides)('agree on why the %s sent it again', (side) => {
        const { flow, own } = sentBy(side);
        const { timeout, fast } = flow.retransmissions;
        const counted = (...names: readonly string[]): number =>
          names.reduce((sum, name) => sum + (own.counters[`TcpExt.${name}`] ?? 0), 0);
        const fewOfAll = Math.max(2, 0.05 * own.totalRetransmits);
        expect(Math.abs(fast - counted('TCPFastRetrans'))).toBeLessThanOrEqual(fewOfAll);
        const byTimer = counted('TCPSlowStartRetrans', 'TCPTimeouts', 'TCPLossProbes');
        expect(Math.abs(timeout - byTimer)).toBeLessThanOrEqual(fewOfAll);
      });

      it.each(sides)('agree on how many segments the %s sent', (side) => {
        const { flow, own } = sentBy(side);
        // The SYN-ACK is sent by the request, not by the socket (tcp_v4_send_synack).
        expect(flow.packets).toBe(own.segmentsOut + (side === 'server' ? 1 : 0));
        expect(flow.dataSegments).toBe(own.dataSegmentsOut);
      });

      it.each(sides)('agree on the round trip of the %s', (side) => {
        const { flow, own } = sentBy(side);
        const shortestMs = flow.rttMs?.min ?? 0;
        expect(shortestMs).toBeGreaterThan(2 * delayMs - readingMs);
        expect(shortestMs).toBeLessThan(2 * delayMs + carryingMs);
        expect(Math.abs(shortestMs - own.minRttMs)).toBeLessThan(tickMs + carryingMs);
        expect(own.rttUs / 1000).toBeGreaterThan(shortestMs - tickMs);
        expect(own.rttUs / 1000).toBeLessThan((flow.rttMs?.p99 ?? 0) + delayedAckMs);
      });
    });
  },
);
