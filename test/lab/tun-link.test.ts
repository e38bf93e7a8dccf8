import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { decodeSegment, tcpFlags } from '../../src/capture/decode-segment.ts';
import { PacketRing } from '../../src/kernel/packet-ring/packet-ring.ts';
import { tcpFilter } from '../../src/kernel/packet-ring/tcp-filter.ts';
import { addAddresses } from '../../src/lab/link.ts';
import type { LinkConditions, LinkCounts } from '../../src/lab/link-conditions.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { ProbeOptions, ProbeResult } from '../../src/lab/programs/probes-options.ts';
import { connectByTun, type TunLink } from '../../src/lab/tun-link.ts';
import { Datagrams } from './datagrams.ts';

const families = [
  { family: 'IPv4', server: '10.90.0.2', senders: '10.92.0.0/16' },
  { family: 'IPv6', server: 'fd90::2', senders: 'fd92::/64' },
] as const;

/**
 * Waking up and carrying takes some 0.3 ms in each direction. The fastest of several round trips is looked at: the others
 * also tell how busy the machine is.
 */
const carryingMs = 2;
/** SYNs go out 1 s and 2 s after the first (tcp_syn_linear_timeouts): before this, it was the one at 1 s which was answered. */
const beforeThirdSynMs = 1900;
const beforeSecondSynMs = 900;

const made: LabNamespace[] = [];

async function stage(conditions: LinkConditions) {
  const client = LabNamespace.create('client');
  const server = LabNamespace.create('server');
  made.push(client, server);
  const link = await connectByTun(client, server, conditions);
  const listener = server.spawn('listener', {
    address: '::',
    dualStack: true,
    port: 80,
    backlog: 64,
    read: true,
  });
  await listener.ready;
  return { client, server, link, listener };
}

async function probe(client: LabNamespace, ...probes: Omit<ProbeOptions, 'name' | 'port'>[]) {
  const named = probes.map((one, n) => ({ name: String(n), port: 80, ...one }));
  const done = await client.spawn('probes', { probes: named, maxMs: 6000 }).done;
  return done.probes as readonly [ProbeResult, ...ProbeResult[]];
}

async function fastestConnectMs(client: LabNamespace, to: string): Promise<number> {
  const steps = [{ atMs: 0, do: 'close' }] as const;
  const probes = Array.from({ length: 10 }, (_, n) => ({ to, startAtMs: 30 * n, steps }));
  const results = await probe(client, ...probes);
  return Math.min(...results.map(({ establishedAtMs }) => establishedAtMs ?? Number.POSITIVE_INFINITY));
}

/** Every packet that came in, or was made, has gone somewhere. */
function expectBalanced(counts: LinkCounts): void {
  const { received, duplicated, forwarded, lost, lostByRule, overflowed, refused, waiting } = counts;
  expect(received + duplicated).toBe(forwarded + lost + lostByRule + overflowed + refused + waiting);
}

interface Staged {
  readonly client: LabNamespace;
  readonly server: LabNamespace;
  readonly link: TunLink;
}

/** Sends datagrams 1 to `count` to the server, a few at a time, and gives the numbers that came out once all are through. */
async function carry({ client, server, link }: Staged, address: string, count: number, everyMs = 0) {
  using datagrams = new Datagrams(client, server, address);
  const goal = (await link.counts()).toServer.received + count;
  const arrived: number[] = [];
  for (let number = 1; number <= count; number++) {
    datagrams.send(number);
    if (everyMs > 0 || number % 20 === 0) await sleep(everyMs);
    arrived.push(...datagrams.received());
  }
  for (;;) {
    const { toServer } = await link.counts();
    arrived.push(...datagrams.received());
    if (toServer.received >= goal && toServer.waiting === 0) return [...arrived, ...datagrams.received()];
  }
}

describe.skipIf(process.getuid?.() !== 0)('a delayed link (needs root: it makes network namespaces)', () => {
  afterEach(() => {
    for (const namespace of made.splice(0)) namespace.dispose();
  });

  test.each(families)('$family: a round trip takes twice the delay, never less', async ({ server }) => {
    const { client } = await stage({ delayMs: 15 });
    const fastestMs = await fastestConnectMs(client, server);
    expect(fastestMs).toBeGreaterThanOrEqual(30);
    expect(fastestMs).toBeLessThan(30 + carryingMs);
  });

  test('each direction has its own delay, and both can change while the link is in use', async () => {
    const { client, link } = await stage({ delayMs: 5, toClient: { delayMs: 30 } });
    const before = await fastestConnectMs(client, '10.90.0.2');
    expect(before).toBeGreaterThanOrEqual(35);
    expect(before).toBeLessThan(35 + carryingMs);
    await link.change({ toClient: { delayMs: 1 }, toServer: { delayMs: 60 } });
    const after = await fastestConnectMs(client, 'fd90::2');
    expect(after).toBeGreaterThanOrEqual(61);
    expect(after).toBeLessThan(61 + carryingMs);
  });

  test.each(families)('$family: a lost SYN and a lost SYN-ACK each cost a second', async ({ server }) => {
    const { client, link } = await stage({
      delayMs: 10,
      lose: [
        { direction: 'toServer', flags: 'S', first: 1 },
        { direction: 'toClient', flags: 'S.', first: 1, skip: 1 },
      ],
    });
    const close = { atMs: 0, do: 'close' } as const;
    const starts = [0, 2000, 4000].map((startAtMs) => ({ to: server, startAtMs, steps: [close] }));
    const [lostSyn, lostSynAck, undisturbed] = await probe(client, ...starts);
    for (const { establishedAtMs } of [lostSyn, lostSynAck ?? lostSyn]) {
      expect(establishedAtMs).toBeGreaterThanOrEqual(1000 + 10); // The server's SYN-ACK timer may be the faster one.
      expect(establishedAtMs).toBeLessThan(beforeThirdSynMs);
    }
    expect(undisturbed?.establishedAtMs).toBeLessThan(beforeSecondSynMs);
    const counts = await link.counts();
    expect(counts.toServer).toMatchObject({ lostByRule: 1, lost: 0 });
    expect(counts.toClient).toMatchObject({ lostByRule: 1, lost: 0 });
  });

  test.each(families)(
    '$family: without the ACK of the handshake the client is connected and the server is not',
    async ({ server }) => {
      const { client, link, listener } = await stage({
        delayMs: 2,
        lose: [{ direction: 'toServer', flags: '.', first: 1, perConnection: true }],
      });
      // 03 is SYN_RECV (include/net/tcp_states.h); a listener on :: has the IPv4 ones in tcp6 or tcp, as kernels differ.
      const halfOpen = (): number =>
        ['tcp', 'tcp6']
          .map((file) => readFileSync(`/proc/${listener.pid}/net/${file}`, 'utf8'))
          .flatMap((rows) => rows.match(/^\s+\d+: \S+ \S+ 03 /gm) ?? []).length;
      const connected = probe(client, { to: server, watchMs: 1500 }, { to: server, watchMs: 1500 });
      await expect.poll(halfOpen, { timeout: 5000 }).toBe(2);
      for (const one of await connected)
        expect(one).toMatchObject({ error: null, stateAtEnd: 'ESTABLISHED' });
      expect((await link.counts()).toServer.lostByRule).toBe(2);
    },
  );

  test.each(families)('$family: the same seed loses the same packets, about as many as asked', async (it) => {
    const lossOf = async (seed: number): Promise<number[]> => {
      const staged = await stage({ lossPercent: 20, seed });
      const arrived = await carry(staged, it.server, 1200);
      expectBalanced((await staged.link.remove()).toServer);
      return arrived;
    };
    const arrived = await lossOf(7);
    // Binomial: 960 of 1200 on average, four standard deviations are 55.
    expect(Math.abs(arrived.length - 960)).toBeLessThan(55);
    expect(await lossOf(7)).toEqual(arrived);
    expect(await lossOf(8)).not.toEqual(arrived);
  });

  test.each(families)('$family: jitter spreads the delay and keeps the order', async ({ server: to }) => {
    const staged = await stage({ delayMs: 2, jitterMs: 20 });
    const arrived = await carry(staged, to, 300, 1);
    expect(arrived).toEqual(Array.from({ length: 300 }, (_, n) => n + 1));
    expect((await staged.link.counts()).toServer.reordered).toBe(0);
  });

  test('packets held back are overtaken, duplicates arrive twice, and both are counted', async () => {
    const staged = await stage({ delayMs: 2, reorderPercent: 10, duplicatePercent: 10 });
    const arrived = await carry(staged, '10.90.0.2', 600, 1);
    expect(new Set(arrived).size).toBe(600);
    const overtaken = arrived.filter((number, n) => arrived.slice(0, n).some((before) => before > number));
    const { toServer } = await staged.link.counts();
    expectBalanced(toServer);
    expect(arrived.length).toBe(600 + toServer.duplicated);
    expect(overtaken.length).toBe(toServer.reordered);
    // Four standard deviations around 60; a packet held back together with its successors is not overtaken by them.
    expect(Math.abs(toServer.duplicated - 60)).toBeLessThan(30);
    expect(toServer.reordered).toBeGreaterThan(20);
    expect(toServer.reordered).toBeLessThan(110);
  });

  test('black in one direction, in both, and clear again', async () => {
    const { client, link } = await stage({ delayMs: 5 });
    await link.goBlack('toClient');
    const connecting = probe(client, { to: '10.90.0.2', watchMs: 3000, steps: [{ atMs: 0, do: 'close' }] });
    await expect.poll(async () => (await link.counts()).toClient.lost, { timeout: 5000 }).toBeGreaterThan(0);
    expect((await link.counts()).toServer).toMatchObject({ lost: 0 });
    await link.goClear('toClient');
    const [late] = await connecting;
    expect(late.establishedAtMs).toBeGreaterThan(1000);
    expect(late.establishedAtMs).toBeLessThan(beforeThirdSynMs);

    await link.goBlack();
    const [cut] = await probe(client, { to: '10.90.0.2', options: { TCP_USER_TIMEOUT: 1500 } });
    expect(cut).toMatchObject({ error: { errno: 'ETIMEDOUT' }, establishedAtMs: null });
  });

  test.each(families)('$family: a packet ring sees the segments on a tun device', async ({ server }) => {
    const { client } = await stage({ delayMs: 10 });
    const filter = tcpFilter({ sample: { ports: [80], share: 1 } });
    const opened = PacketRing.open({ namespacePath: client.path, filter });
    if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
    using ring = opened.value;
    const [probed] = await probe(client, {
      to: server,
      steps: [{ atMs: 10, do: 'send', bytes: 7 }],
      watchMs: 300,
    });
    const seen: { flags: number; outgoing: boolean; bytes: number; atUs: number }[] = [];
    const readRing = (): number => {
      ring.read(100, ({ bytes, originalBytes, outgoing, timestampUs, loopback }) => {
        expect(loopback).toBe(false);
        const segment = decodeSegment(bytes, originalBytes);
        if (segment?.kind !== 'segment') throw new Error(`no segment: ${Buffer.from(bytes).toString('hex')}`);
        const { flags, payloadBytes } = segment;
        expect(outgoing ? segment.destinationPort : segment.sourcePort).toBe(80);
        expect(outgoing ? segment.sourcePort : segment.destinationPort).toBe(probed.localPort);
        seen.push({ flags, outgoing, bytes: payloadBytes, atUs: timestampUs });
      });
      return seen.length;
    };
    await expect.poll(readRing, { timeout: 5000 }).toBeGreaterThanOrEqual(5);
    const { syn, ack, psh } = tcpFlags;
    const kinds = [
      { flags: syn, outgoing: true, bytes: 0 },
      { flags: syn | ack, outgoing: false, bytes: 0 },
      { flags: ack, outgoing: true, bytes: 0 },
      { flags: psh | ack, outgoing: true, bytes: 7 },
      { flags: ack, outgoing: false, bytes: 0 },
    ];
    // On a busy machine some come twice.
    for (const kind of kinds) expect(seen).toContainEqual(expect.objectContaining(kind));
    const atUs = (flags: number): number => seen.find((one) => one.flags === flags)?.atUs ?? 0;
    expect(atUs(syn | ack) - atUs(syn)).toBeGreaterThanOrEqual(20_000);
  });

  test('bursts come through whole, at 25,000 packets a second or more', async () => {
    const { client, server, link } = await stage({});
    using datagrams = new Datagrams(client, server, '10.90.0.2');
    const burst = 4000;
    const tookMs: number[] = [];
    for (let round = 0; round < 6; round++) {
      const goal = (await link.counts()).toServer.forwarded + burst;
      const startMs = performance.now();
      for (let n = 0; n < burst; n++) datagrams.send(1);
      const forwarded = async (): Promise<number> => (await link.counts()).toServer.forwarded;
      while ((await forwarded()) < goal && performance.now() - startMs < 1000);
      tookMs.push(performance.now() - startMs);
      expect(await forwarded()).toBe(goal);
    }
    // Measured alone: 200,000 a second. The fastest round, as others want these two cores too.
    expect(Math.min(...tookMs)).toBeLessThan(burst / 25);
  });

  test('the link goes with its namespaces, or before them when told', async () => {
    const { client, server, link, listener } = await stage({ delayMs: 1 });
    const forwarderPid = pidsOf('forwarder', link);
    expect(forwarderPid).toHaveLength(1);
    client.dispose();
    await expect.poll(() => pidsOf('forwarder', link)).toHaveLength(0);
    expect(devicesIn(server)).not.toContain(link.b.device);
    server.dispose();
    await listener.exited;

    const other = await stage({ delayMs: 1 });
    const counts = await other.link.remove();
    expectBalanced(counts.toServer);
    expect(devicesIn(other.client)).not.toContain(other.link.a.device);
    expect(devicesIn(other.server)).not.toContain(other.link.b.device);
    await expect(other.link.counts()).rejects.toThrow(/forwarder/);
  });

  test('a device that somebody deletes ends the forwarder, and the link says so', async () => {
    const { client, server, link } = await stage({});
    server.run('ip', ['link', 'delete', link.b.device]);
    await expect.poll(() => pidsOf('forwarder', link)).toHaveLength(0);
    await expect(link.change({ delayMs: 1 })).rejects.toThrow(/forwarder in hop-client/);
    expect(devicesIn(client)).not.toContain(link.a.device);
  });

  test.each(families)('$family: senders with addresses of their own', async ({ server: to, senders }) => {
    const { client, link } = await stage({ delayMs: 1 });
    const from = addAddresses(link.a, link.b, senders, 100);
    const heartbeats = client.spawn('clients', { to, port: 80, from, count: 100, sendBytes: 3 });
    expect(await heartbeats.done).toMatchObject({ attempted: 100, established: 100, errors: {} });
  });

  test('without tun devices, or without the namespace, it says why', async () => {
    const client = LabNamespace.create('client');
    const server = LabNamespace.create('server');
    made.push(client);
    server.dispose();
    await expect(connectByTun(client, server)).rejects.toThrow(/ENOENT/);

    const script = `
      const { connectByTun } = await import(${JSON.stringify(new URL('../../build/lab/tun-link.js', import.meta.url))});
      await connectByTun({}, {}).catch((error) => console.log(error.message, error.detail.remedy));`;
    // A mount namespace of its own, in which the device is hidden.
    const hidden = 'mount -t tmpfs none /dev/net && exec "$0" --input-type=module -e "$1"';
    const said = execFileSync('unshare', ['-m', 'sh', '-c', hidden, process.execPath, script], {
      encoding: 'utf8',
    });
    expect(said).toMatch(/\/dev\/net\/tun: ENOENT.*modprobe tun/s);
  });
});

function devicesIn(namespace: LabNamespace): string[] {
  const links = JSON.parse(namespace.run('ip', ['-json', 'link', 'show'])) as { ifname: string }[];
  return links.map(({ ifname }) => ifname);
}

/** Programs with this name whose argument names the link's device and namespace. */
function pidsOf(program: string, { a }: TunLink): number[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map(Number).filter((pid) => {
    try {
      const line = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return line.includes(`${program}.js`) && line.includes(a.namespace.path) && line.includes(a.device);
    } catch {
      return false;
    }
  });
}
