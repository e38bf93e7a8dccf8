import { describe, expect, it } from 'vitest';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { checkPlan } from '../../staging/check-experiment.ts';
import { makeCaptureListener, makeFacts, makeFlow, makeRecord } from './capture-builders.ts';
import { floodedListener } from './flooded-listener.ts';

const ids = (facts: Parameters<typeof diagnoseCapture>[0]) =>
  diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);

/** `senders` connect once a second and close again. */
function storm(senders: number, some: Partial<CaptureListener> = {}): CaptureListener {
  const connections = senders * 10;
  const used = Math.round(connections / 20);
  return makeCaptureListener({
    port: 24224,
    judgements: { heartbeat: connections - used, completed: used },
    clients: senders,
    emptyShare: (connections - used) / connections,
    arrivalsPerSecond: { mean: senders, peak: senders + 3 },
    packets: connections * 7,
    packetsWithPayload: 60,
    push: 40,
    payloadBytes: { toServer: 6000, toClient: 600 },
    heartbeat: { periodMs: 1002, senders, agreement: 0.97, connections: connections - used },
    ...some,
  });
}

/** The storm of the field notes: a queue that is full of heartbeats. */
function overflowingStorm(senders: number): CaptureListener {
  const connections = senders * 10;
  return storm(senders, {
    judgements: {
      heartbeat: Math.round(connections * 0.6),
      'accept-queue-stall': Math.round(connections * 0.2),
      'slow-open': Math.round(connections * 0.15),
      'syn-timeout': Math.round(connections * 0.05),
    },
    synRetransmissions: Math.round(connections * 0.3),
    synAckRetransmissions: Math.round(connections * 0.3),
    retransmissions: { byClient: Math.round(connections * 0.4), byServer: 0 },
  });
}

describe('attack or own clients', () => {
  it.each([12, 900, 500_000])('%d forged SYNs are a flood, certainly', (count) => {
    const { findings, unknowns } = diagnoseCapture(makeFacts({ listeners: [floodedListener(count)] }));
    const [flood] = findings;
    expect(findings.map(({ id }) => id)).toEqual(['syn-flood']);
    expect(flood).toMatchObject({ namespace: 0, subject: { listener: '10.0.0.2:443' }, severity: 'warning' });
    expect(flood?.title).toContain(`${count.toLocaleString('en-US')} handshakes from`);
    expect(flood?.evidence.every(({ source }) => source === 'packets')).toBe(true);
    expect(flood?.ruledOut.map(({ id }) => id)).toContain('connection-churn');
    expect(unknowns).toEqual([]);
  });

  it('a flood into a queue without cookies is critical: real clients are turned away as well', () => {
    const listener = floodedListener(3000, {
      judgements: { 'half-open': 400, 'syn-timeout': 2600, 'slow-open': 12, completed: 8 },
      synRetransmissions: 40,
    });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([
      { id: 'syn-flood', severity: 'critical', experiment: { set: { tcp_syncookies: '0' } } },
    ]);
  });

  it('SYNs that nobody answers and nobody repeats, from thousands of addresses, are a flood into a full queue', () => {
    const listener = floodedListener(0, {
      judgements: { 'syn-timeout': 4000 },
      clients: 3900,
      connectMs: null,
      packets: 4000,
      packetsWithPayload: 0,
      payloadBytes: { toServer: 0, toClient: 0 },
      synAckRetransmissions: 0,
    });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([{ id: 'syn-flood', severity: 'critical' }]);
    expect(findings[0]?.title).toContain('4,000 handshakes from 3,900 addresses were never completed');
  });

  it('nine half-open requests among a thousand clients are what every public server has', () => {
    expect(
      ids(
        makeFacts({ listeners: [floodedListener(9, { judgements: { 'half-open': 9, completed: 1000 } })] }),
      ),
    ).toEqual([]);
  });

  it('a tenth of half-open requests on a bad network is no flood', () => {
    const listener = floodedListener(100, { judgements: { 'half-open': 100, completed: 900 }, clients: 300 });
    expect(ids(makeFacts({ listeners: [listener] }))).toEqual([]);
  });

  it('clients that repeat their SYN lose replies on the way', () => {
    const listener = floodedListener(40, { clients: 3, synRetransmissions: 90 });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([{ id: 'syn-flood', severity: 'info', cause: { id: 'lost-replies' } }]);
  });

  it('half-open requests of one address among many clients are lost ACKs, as the examples say', () => {
    const listener = floodedListener(20, { clients: 20, judgements: { 'half-open': 20, completed: 30 } });
    const examples = [1, 2, 3, 4].map((number) => makeRecord('half-open', { number }));
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener], examples }));
    expect(findings).toMatchObject([{ severity: 'info', cause: { id: 'lost-replies' } }]);
    expect(findings[0]?.remedies[0]?.command).toContain('host 10.0.0.9');
    expect(findings[0]?.evidence.at(-1)?.note).toContain('(packets 120, 123)');
  });

  it('a scanner that knocks at forty ports, once each, floods nobody', () => {
    const listeners = Array.from({ length: 40 }, (_, n) =>
      makeCaptureListener({ port: 1000 + n, judgements: { 'half-open': 1 }, packets: 3, clients: 1 }),
    );
    expect(ids(makeFacts({ listeners }))).toEqual([]);
  });

  it.each([8, 300, 2000])(
    '%d senders with a heartbeat each second are named with count and period',
    (senders) => {
      const { findings } = diagnoseCapture(makeFacts({ listeners: [storm(senders)] }));
      expect(findings).toMatchObject([
        {
          id: 'connection-churn',
          severity: senders < 10 ? 'info' : 'warning',
          confidence: 'certain',
          subject: { listener: '10.0.0.2:24224', senders: String(senders), periodMs: '1002' },
          cause: { id: 'heartbeats' },
          experiment: { scenario: 'heartbeat-storm', set: { heartbeatMs: '1002' } },
        },
      ]);
      expect(findings[0]?.title).toContain(`every 1.0 s ${senders.toLocaleString('en-US')} senders connect`);
      expect(findings[0]?.ruledOut[0]?.id).toBe('syn-flood');
    },
  );

  it.each([40, 640, 50_000])(
    '%d heartbeats a second that flood the queue come before the queue',
    (senders) => {
      const { findings } = diagnoseCapture(makeFacts({ listeners: [overflowingStorm(senders)] }));
      expect(findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
        'critical connection-churn',
        'warning accept-queue-overflow',
        'info retransmissions',
      ]);
      const [churn, overflow, resent] = findings;
      expect(churn?.explanation).toContain('see accept-queue-overflow');
      expect(overflow?.subject).toEqual({ listener: '10.0.0.2:24224' });
      expect(overflow?.cause.id).toBe('heartbeats');
      expect(overflow?.remedies.map(({ command }) => command)).toContain('halfopen doctor --port 24224');
      expect(resent?.cause.id).toBe('full-accept-queue');
      for (const finding of findings) expect(() => checkPlan(finding)).not.toThrow();
    },
  );

  it.each([177, 289, 300])(
    'a storm of which only %d are ever served is no flood: all come back',
    (clientsServed) => {
      const listener = storm(300, {
        judgements: { 'syn-timeout': 866, 'reset-by-server': 51, heartbeat: 616, unknown: 271 },
        clientsServed,
        arrivalsPerSecond: { mean: 293, peak: 300 },
        emptyShare: 1,
        packetsWithPayload: 0,
        payloadBytes: { toServer: 0, toClient: 0 },
        heartbeat: { periodMs: 1000, senders: 177, agreement: 0.99, connections: 667 },
        synRetransmissions: 0,
      });
      const examples = [
        makeRecord('syn-timeout', { serverPort: 24224, fromMs: 328, synAck: { sends: 0, atMs: [] } }),
        makeRecord('heartbeat', {
          serverPort: 24224,
          client: '10.0.0.7',
          synAck: { sends: 1, atMs: [6000] },
        }),
      ];
      const peer = { packets: 42, payloadBytes: 0, empty: 3, synRetransmissions: 0, retransmissions: 0 };
      const peers = [{ ...peer, address: '10.0.0.7', connections: 6 }];
      const { findings } = diagnoseCapture(makeFacts({ listeners: [listener], examples, peers, seconds: 6 }));
      expect(findings.map(({ id, severity }) => `${severity} ${id}`)).toEqual([
        'critical connection-churn',
        'warning accept-queue-overflow',
      ]);
      expect(findings[0]?.title).toContain('every 1.0 s 300 senders connect and close again');
    },
  );

  it('the same number of unanswered SYNs, each from an address of its own, is a flood', () => {
    const listener = storm(300, {
      judgements: { 'syn-timeout': 866, heartbeat: 616 },
      clients: 1000,
      clientsServed: 177,
      synRetransmissions: 0,
    });
    expect(ids(makeFacts({ listeners: [listener] }))).toContain('critical syn-flood');
  });

  it('a few hosts that send SYNs as fast as they can are a flood as well', () => {
    const listener = floodedListener(9000, { clients: 3, judgements: { 'half-open': 9000 } });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([{ id: 'syn-flood', confidence: 'likely', cause: { id: 'few-sources' } }]);
  });

  it('clients that answer the SYN-ACK with RST keep no place', () => {
    const examples = [makeRecord('half-open', { fromClient: makeFlow({ resets: 1 }) })];
    const listener = floodedListener(40, {
      clients: 2,
      resets: { byClient: 40, byServer: 0 },
      judgements: { 'half-open': 40 },
    });
    expect(ids(makeFacts({ listeners: [listener], examples }))).toEqual([]);
  });

  it('connections that stay open without a word are no churn', () => {
    const lasting = (toMs: number) => makeRecord('heartbeat', { serverPort: 24224, toMs });
    const idle = storm(30, { heartbeat: null });
    const churnOf = (toMs: number) =>
      ids(makeFacts({ listeners: [idle], examples: [1, 2, 3].map(() => lasting(toMs)) }));
    expect(churnOf(9000)).toEqual([]);
    expect(churnOf(900)).toEqual(['warning connection-churn']);
  });

  it('checks of a load balancer once a second are nothing', () => {
    const listener = storm(1, { heartbeat: { periodMs: 1000, senders: 1, agreement: 1, connections: 10 } });
    expect(ids(makeFacts({ listeners: [listener] }))).toEqual([]);
  });

  it('a storm of ten minutes in a day is as strong as its beat', () => {
    const listener = storm(300, { arrivalsPerSecond: { mean: 1.2, peak: 310 } });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener], seconds: 86_400 }));
    expect(findings[0]).toMatchObject({ id: 'connection-churn', severity: 'warning' });
    expect(findings[0]?.title).toContain('299/s');
  });

  it('empty connections without a beat are not called heartbeats', () => {
    const listener = storm(300, {
      heartbeat: { periodMs: 740, senders: 9, agreement: 0.2, connections: 90 },
    });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([
      { id: 'connection-churn', confidence: 'likely', cause: { id: 'empty-connections' } },
    ]);
    expect(findings[0]?.title).toContain('at no fixed period');
  });

  it('a server that closes them itself is meant to', () => {
    const examples = [1, 2, 3].map((number) =>
      makeRecord('heartbeat', { number, serverPort: 24224, end: { how: 'fin', by: 'server', atMs: 3 } }),
    );
    const listener = storm(100, { heartbeat: null });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener], examples }));
    expect(findings).toMatchObject([{ severity: 'info', cause: { id: 'server-closes' } }]);
  });

  it('long polls and other connections that stay open are used', () => {
    const listener = makeCaptureListener({
      judgements: { ongoing: 900, heartbeat: 60 },
      emptyShare: 1,
      arrivalsPerSecond: { mean: 96, peak: 120 },
    });
    expect(ids(makeFacts({ listeners: [listener] }))).toEqual([]);
  });

  it('many small requests are worth one remark, for the busiest', () => {
    const small = { payloadBytes: { toServer: 200_000, toClient: 400_000 }, emptyShare: 0 };
    const listeners = [3000, 5000].map((completed, n) =>
      makeCaptureListener({ ...small, port: 8000 + n, judgements: { completed } }),
    );
    const { findings } = diagnoseCapture(makeFacts({ listeners }));
    expect(findings).toMatchObject([
      { id: 'connection-churn', severity: 'info', subject: { listener: '10.0.0.2:8001' } },
    ]);
  });
});
