import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { synFlood } from '../../src/diagnosis/rules/syn-flood.ts';
import { synQueueOverflow } from '../../src/diagnosis/rules/syn-queue-overflow.ts';
import type { Finding, Unknown } from '../../src/tcp/finding.ts';
import type {
  Handshake,
  KernelLogEvent,
  ListenerObservation,
  NamespaceObservation,
} from '../../src/tcp/observation.ts';
import type { TcpSocket } from '../../src/tcp/socket.ts';
import {
  defaultSysctls,
  ends,
  makeCensus,
  makeCounters,
  makeGroup,
  makeHandshake,
  makeListener,
  makeNamespace,
  makeObservation,
  makePackets,
  makeSocket,
} from '../fixtures/observation.ts';

const limit = 64;

function listener(
  port: number,
  synRecvPeak = 0,
  more: Partial<ListenerObservation> = {},
): ListenerObservation {
  const synRecv = { before: synRecvPeak, after: synRecvPeak, peak: synRecvPeak };
  return makeListener({
    cookie: String(port),
    port,
    acceptQueue: ends({ length: 0, limit }),
    synRecv,
    ...more,
  });
}

/** Requests to port 80 whose SYN-ACK has been sent again once. */
function requests(count: number, addressOf: (n: number) => string): TcpSocket[] {
  return Array.from({ length: count }, (_, n) =>
    makeSocket({
      state: 'SYN_RECV',
      localPort: 80,
      remoteAddress: addressOf(n),
      remotePort: 2000 + n,
      retransmits: 1,
      inode: 0,
    }),
  );
}

interface Scene {
  readonly listeners: readonly ListenerObservation[];
  readonly moved: Readonly<Record<string, number>>;
  readonly requests?: readonly TcpSocket[];
  readonly sysctls?: NamespaceObservation['sysctls'] | Readonly<Record<string, string>>;
  readonly log?: readonly KernelLogEvent[];
  readonly handshakes?: readonly Handshake[];
}

function judge(scene: Scene): { findings: readonly Finding[]; unknowns: readonly Unknown[]; ids: string[] } {
  const census = makeCensus();
  const after = { ...census, groups: { ...census.groups, synRecv: makeGroup(scene.requests ?? []) } };
  const namespace = makeNamespace({
    listeners: scene.listeners,
    counters: makeCounters(scene.moved),
    sockets: ends(census, after),
    sysctls: scene.sysctls ?? defaultSysctls,
    ...(scene.handshakes ? { packets: makePackets({ handshakes: scene.handshakes }) } : {}),
  });
  const observation = makeObservation({ namespaces: [namespace], kernelLog: scene.log ?? [] });
  const { findings, unknowns } = diagnose(observation, [synFlood, synQueueOverflow]);
  return { findings, unknowns, ids: findings.map(({ id, severity }) => `${id} ${severity}`) };
}

const manyAddresses = (n: number): string => `10.9.${n >> 8}.${n & 255}`;
const fullQueue = { listeners: [listener(80, 65)] };

describe('SYN queues without packets', () => {
  it('cookies that do not come back are a flood, those that do are not', () => {
    const sent = { 'TcpExt.SyncookiesSent': 400, 'TcpExt.TCPReqQFullDoCookies': 400 };
    expect(
      judge({ ...fullQueue, moved: { ...sent, 'TcpExt.SyncookiesRecv': 20, 'Tcp.PassiveOpens': 20 } }).ids,
    ).toEqual(['syn-flood warning']);
    expect(
      judge({ ...fullQueue, moved: { ...sent, 'TcpExt.SyncookiesRecv': 390, 'Tcp.PassiveOpens': 390 } }).ids,
    ).toEqual(['syn-queue-overflow warning']);
  });

  it('ACKs that fit no cookie come from real clients whose first ACK was lost', () => {
    const moved = {
      'TcpExt.SyncookiesSent': 400,
      'TcpExt.SyncookiesRecv': 150,
      'TcpExt.SyncookiesFailed': 240,
      'Tcp.PassiveOpens': 150,
    };
    expect(judge({ ...fullQueue, moved }).ids).toEqual(['syn-queue-overflow warning']);
  });

  it('TCPReqQFullDoCookies alone, with a full accept queue, is neither', () => {
    const acceptQueue = ends({ length: limit + 1, limit });
    const moved = {
      'TcpExt.TCPReqQFullDoCookies': 300,
      'TcpExt.ListenOverflows': 300,
      'TcpExt.ListenDrops': 300,
    };
    const stuck = requests(65, manyAddresses);
    expect(
      judge({ listeners: [listener(80, 65, { acceptQueue, drops: ends(0, 300) })], moved, requests: stuck })
        .ids,
    ).toEqual([]);
  });

  it('a few unanswered requests on a busy server are the weather', () => {
    const busy = { listeners: [listener(80, 30)], moved: { 'Tcp.PassiveOpens': 8000 } };
    expect(judge({ ...busy, requests: requests(30, manyAddresses) }).ids).toEqual([]);
    expect(
      judge({ ...busy, moved: { 'Tcp.PassiveOpens': 8 }, requests: requests(30, manyAddresses) }).ids,
    ).toEqual(['syn-flood warning']);
  });

  it('the same few from one address are lost packets', () => {
    const { findings, ids } = judge({
      listeners: [listener(80, 30)],
      moved: {},
      requests: requests(30, () => '10.9.0.1'),
    });
    expect(ids).toEqual(['syn-flood info']);
    expect(findings[0]?.cause.id).toBe('lost-replies');
  });

  it('ListenDrops without cookies and without an overflow counter is the three-quarters rule only when the queue was seen full', () => {
    const sysctls = {
      ...defaultSysctls,
      'net.ipv4.tcp_syncookies': '0',
      'net.ipv4.tcp_max_syn_backlog': '16',
    };
    const moved = { 'TcpExt.ListenDrops': 50, 'Tcp.PassiveOpens': 60 };
    const full = judge({ listeners: [listener(80, 13, { drops: ends(0, 50) })], moved, sysctls });
    expect(full.findings[0]).toMatchObject({
      id: 'syn-queue-overflow',
      severity: 'critical',
      cause: { id: 'max-syn-backlog' },
    });
    expect(judge({ listeners: [listener(80, 0, { drops: ends(0, 50) })], moved, sysctls }).ids).toEqual([]);
  });

  it('the listener that drops most comes first, whatever their order', () => {
    const sysctls = {
      ...defaultSysctls,
      'net.ipv4.tcp_syncookies': '0',
      'net.ipv4.tcp_max_syn_backlog': '16',
    };
    const listeners = [listener(80, 13, { drops: ends(0, 1) }), listener(81, 13, { drops: ends(0, 49) })];
    const { findings } = judge({ listeners, moved: { 'TcpExt.ListenDrops': 50 }, sysctls });
    expect(findings.map(({ subject }) => subject.listener)).toEqual(['0.0.0.0:81', '0.0.0.0:80']);
  });

  it('with tcp_syncookies=2 and two listeners nobody can say whose cookies they are', () => {
    const sysctls = { ...defaultSysctls, 'net.ipv4.tcp_syncookies': '2' };
    const moved = { 'TcpExt.SyncookiesSent': 500, 'TcpExt.TCPReqQFullDoCookies': 500 };
    const { findings, unknowns } = judge({ listeners: [listener(80), listener(81)], moved, sysctls });
    expect(findings).toEqual([]);
    expect(unknowns).toMatchObject([{ rule: 'syn-flood', missing: 'packets' }]);
  });
});

describe('SYN queues with packets', () => {
  const withoutCookies = { ...defaultSysctls, 'net.ipv4.tcp_syncookies': '0' };
  const syn = (n: number, more: Partial<Handshake>): Handshake =>
    makeHandshake({
      client: manyAddresses(n),
      clientPort: 2000 + n,
      serverPort: 80,
      atMs: 10 * n,
      finBy: undefined,
      endedAtMs: undefined,
      ...more,
    });
  const many = (count: number, more: Partial<Handshake>): Handshake[] =>
    Array.from({ length: count }, (_, n) => syn(n, more));
  const dropped = (count: number) => ({
    'TcpExt.ListenDrops': count,
    'TcpExt.TCPReqQFullDrop': count,
  });

  it('a request that is still half-open is no completed handshake, however young', () => {
    const young = requests(65, manyAddresses).map((one, n) => ({ ...one, retransmits: n < 30 ? 3 : 0 }));
    const moved = { 'Tcp.PassiveOpens': 500 };
    const scene = { listeners: [listener(80, 65)], moved, requests: young };
    expect(judge({ ...scene, handshakes: many(65, {}) }).ids).toEqual(['syn-flood warning']);
  });

  it('requests that were given up without a repetition are a flood (tcp_synack_retries=0)', () => {
    const fresh = requests(40, manyAddresses).map((one) => ({ ...one, retransmits: 0 }));
    const moved = { 'Tcp.PassiveOpens': 20, 'TcpExt.TCPTimeouts': 360 };
    const scene = { listeners: [listener(80, 45)], moved, requests: fresh };
    const { findings, ids } = judge({ ...scene, handshakes: many(400, {}) });
    expect(ids).toEqual(['syn-flood warning']);
    expect(findings[0]?.title).toContain('handshakes');
  });

  it('but not when another host answers behind a NAT: nothing was ever half-open here, or no timer ran out', () => {
    const timeouts = { 'TcpExt.TCPTimeouts': 360 };
    expect(judge({ listeners: [listener(80)], moved: timeouts, handshakes: many(400, {}) }).ids).toEqual([]);
    expect(judge({ listeners: [listener(80, 45)], moved: {}, handshakes: many(400, {}) }).ids).toEqual([]);
  });

  it('nor when the clients reset them, as a port scanner does', () => {
    const scene = { listeners: [listener(80, 200)], moved: { 'TcpExt.TCPTimeouts': 400 } };
    expect(judge({ ...scene, handshakes: many(400, { resetBy: 'client' }) }).ids).toEqual([]);
  });

  it('nor when more were opened in the window than the shorter capture has seen', () => {
    const scene = {
      listeners: [listener(80, 60)],
      moved: { 'Tcp.PassiveOpens': 395, 'TcpExt.TCPTimeouts': 400 },
    };
    expect(judge({ ...scene, handshakes: many(400, { finBy: 'client', endedAtMs: 9000 }) }).ids).toEqual([]);
  });

  it('cookies belong to the listener whose arrivals fill its queue, not to the busiest', () => {
    const small = listener(81, 17, { acceptQueue: ends({ length: 0, limit: 32 }) });
    const steady = many(390, { finBy: 'client', endedAtMs: 9000 });
    const burst = many(153, { serverPort: 81, finBy: 'client', endedAtMs: 9000 }).map((one, n) => ({
      ...one,
      atMs: 5000 + n / 2,
    }));
    const { findings } = judge({
      listeners: [listener(80, 20), small],
      moved: { 'TcpExt.SyncookiesSent': 120, 'TcpExt.SyncookiesRecv': 120, 'Tcp.PassiveOpens': 543 },
      handshakes: [...steady, ...burst],
    });
    expect(findings).toMatchObject([{ id: 'syn-queue-overflow', subject: { listener: '0.0.0.0:81' } }]);
  });

  it('clients that all repeat a dropped SYN are a burst, a few that give up change nothing', () => {
    const scene = {
      listeners: [listener(80, 65, { drops: ends(0, 600) })],
      moved: dropped(600),
      sysctls: withoutCookies,
    };
    const handshakes = many(600, { synAckCount: 0 }).map((one, n) => ({
      ...one,
      synCount: n % 20 === 0 ? 1 : 3,
    }));
    expect(judge({ ...scene, handshakes }).findings).toMatchObject([
      { id: 'syn-queue-overflow', cause: { id: 'burst' } },
    ]);
  });

  it('without cookies, SYNs that were dropped and not tried again come from nobody', () => {
    const scene = {
      listeners: [listener(80, 65, { drops: ends(0, 600) })],
      moved: dropped(600),
      sysctls: withoutCookies,
    };
    const strangers = many(600, { synAckCount: 0 });
    const { ids, findings } = judge({ ...scene, handshakes: strangers });
    expect(ids).toEqual(['syn-flood critical']);
    expect(findings[0]?.title).toContain('600 addresses');
    // Real clients try again after a second; those with a short timeout come again from the same address.
    expect(judge({ ...scene, handshakes: many(600, { synAckCount: 0, synCount: 2 }) }).ids).toEqual([
      'syn-queue-overflow critical',
    ]);
    const sameAddress = strangers.map((one) => ({ ...one, client: '10.9.0.1' }));
    expect(judge({ ...scene, handshakes: sameAddress }).ids).toEqual(['syn-queue-overflow critical']);
  });
});

describe('the kernel log line', () => {
  const line = (inWindow: boolean, address: string): KernelLogEvent => ({
    kind: 'syn-flooding',
    inWindow,
    source: '/dev/kmsg',
    line: `TCP: request_sock_TCP: Possible SYN flooding on port ${address}:80. Sending cookies.`,
    action: 'cookies',
    address,
    port: 80,
  });
  const sentEarlier = makeCounters();
  const earlier = {
    before: { ...sentEarlier.before, 'TcpExt.SyncookiesSent': 9 },
    after: { ...sentEarlier.after, 'TcpExt.SyncookiesSent': 9 },
  };

  it('names the listener when its queue was never seen full', () => {
    const moved = { 'TcpExt.SyncookiesSent': 40, 'TcpExt.SyncookiesRecv': 40, 'Tcp.PassiveOpens': 400 };
    const { findings } = judge({
      listeners: [listener(80), listener(81)],
      moved,
      log: [line(true, '0.0.0.0')],
    });
    expect(findings).toMatchObject([{ id: 'syn-queue-overflow', subject: { listener: '0.0.0.0:80' } }]);
  });

  it('from before the window it is information, and only where this namespace has sent cookies', () => {
    const log = [line(false, '0.0.0.0')];
    expect(judge({ listeners: [listener(80)], moved: {}, log }).ids).toEqual([]);
    const namespace = makeNamespace({ listeners: [listener(80)], counters: earlier });
    const found = diagnose(makeObservation({ namespaces: [namespace], kernelLog: log }), [
      synFlood,
      synQueueOverflow,
    ]);
    expect(found.findings).toMatchObject([{ id: 'syn-queue-overflow', severity: 'info' }]);
    const other = diagnose(
      makeObservation({ namespaces: [namespace], kernelLog: [line(false, '10.0.0.1')] }),
      [synQueueOverflow],
    );
    expect(other.findings).toEqual([]);
  });
});
