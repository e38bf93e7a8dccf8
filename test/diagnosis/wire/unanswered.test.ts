import { describe, expect, it } from 'vitest';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { checkPlan } from '../../staging/check-experiment.ts';
import { makeCaptureListener, makeFacts, makeFlow, makeRecord } from './capture-builders.ts';

type Facts = Parameters<typeof diagnoseCapture>[0];
const ids = (facts: Facts) => diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);
const one = (listener: CaptureListener, some: Partial<Facts> = {}) =>
  makeFacts({ ...some, listeners: [listener] });

/** Nobody answers: nothing but SYNs. */
function silent(attempts: number, some: Partial<CaptureListener> = {}): CaptureListener {
  return makeCaptureListener({
    judgements: { 'syn-timeout': attempts },
    clients: 2,
    packets: attempts * 6,
    packetsWithPayload: 0,
    push: 0,
    payloadBytes: { toServer: 0, toClient: 0 },
    connectMs: null,
    synRetransmissions: attempts * 5,
    ...some,
  });
}

describe('an accept queue that is full', () => {
  /** A quarter of the clients is connected and not taken in. */
  const stalling = (attempts: number, some: Partial<CaptureListener> = {}): CaptureListener =>
    makeCaptureListener({
      judgements: {
        completed: attempts / 2,
        'accept-queue-stall': attempts / 4,
        'slow-open': attempts / 8,
        'syn-timeout': attempts / 8,
      },
      synRetransmissions: attempts,
      synAckRetransmissions: attempts / 2,
      retransmissions: { byClient: attempts, byServer: 0 },
      ...some,
    });

  it.each([16, 4000, 500_000])('%d attempts: named with the listener, not as a dead port', (attempts) => {
    const { findings, unknowns } = diagnoseCapture(one(stalling(attempts)));
    const [overflow] = findings;
    expect(findings.map(({ id }) => id)).not.toContain('connect-timeouts');
    expect(overflow).toMatchObject({
      id: 'accept-queue-overflow',
      severity: attempts === 16 ? 'warning' : 'critical',
      confidence: attempts === 16 ? 'likely' : 'certain',
      subject: { listener: '10.0.0.2:443' },
    });
    expect(overflow?.remedies[0]?.command).toBe('halfopen doctor --port 443');
    expect(overflow?.ruledOut.map(({ id }) => id)).toContain('connect-timeouts');
    expect(findings.slice(1).map(({ id, cause }) => `${id} ${cause.id}`)).toEqual(
      attempts === 16 ? [] : ['retransmissions full-accept-queue'],
    );
    expect(unknowns).toEqual([]);
    expect(() => overflow && checkPlan(overflow)).not.toThrow();
  });

  it('bursts are told by the busiest second', () => {
    const { findings } = diagnoseCapture(one(stalling(400, { arrivalsPerSecond: { mean: 40, peak: 390 } })));
    expect(findings[0]).toMatchObject({ cause: { id: 'burst' }, experiment: { set: { cause: 'burst' } } });
    expect(() => findings[0] && checkPlan(findings[0])).not.toThrow();
  });

  it('a capture with losses of its own is not certain', () => {
    const facts = makeFacts({ listeners: [stalling(4000)], totals: { missedByCapture: 900 } });
    expect(diagnoseCapture(facts).findings[0]?.confidence).toBe('likely');
  });

  it('a single stall among many is a lost ACK', () => {
    const listener = makeCaptureListener({ judgements: { completed: 50, 'accept-queue-stall': 1 } });
    expect(ids(one(listener))).toEqual([]);
  });

  it('the only connection of a capture is named, as possible', () => {
    const { findings } = diagnoseCapture(
      one(makeCaptureListener({ judgements: { 'accept-queue-stall': 1 } })),
    );
    expect(findings).toMatchObject([
      { id: 'accept-queue-overflow', severity: 'info', confidence: 'possible' },
    ]);
  });

  it('a path that loses data loses ACKs as well: no overflow', () => {
    const listener = makeCaptureListener({
      judgements: { completed: 950, 'accept-queue-stall': 30, 'slow-open': 20 },
      synRetransmissions: 20,
      retransmissions: { byClient: 90, byServer: 90 },
    });
    const { findings } = diagnoseCapture(one(listener));
    expect(findings).toMatchObject([{ id: 'retransmissions', cause: { id: 'packet-loss' } }]);
  });

  it('only silent clients are left waiting: perhaps TCP_DEFER_ACCEPT', () => {
    const examples = [makeRecord('accept-queue-stall', { fromClient: makeFlow({ dataSegments: 0 }) })];
    const listener = makeCaptureListener({ judgements: { completed: 100, 'accept-queue-stall': 20 } });
    const { findings } = diagnoseCapture(one(listener, { examples }));
    expect(findings).toMatchObject([
      { id: 'accept-queue-overflow', severity: 'info', confidence: 'possible' },
    ]);
    expect(findings[0]?.explanation).toContain('TCP_DEFER_ACCEPT');
    const full = stalling(400);
    expect(diagnoseCapture(one(full, { examples })).findings[0]).toMatchObject({
      id: 'accept-queue-overflow',
      severity: 'critical',
    });
  });

  it('SYNs are dropped where data is not: possibly a full queue', () => {
    const listener = makeCaptureListener({
      judgements: { completed: 900, 'slow-open': 60, 'syn-timeout': 40 },
      synRetransmissions: 300,
    });
    const { findings } = diagnoseCapture(one(listener));
    expect(findings).toMatchObject([
      { id: 'accept-queue-overflow', severity: 'warning', confidence: 'possible' },
    ]);
  });

  it('new SYNs unanswered while old connections go on: the port is neither dead nor filtered', () => {
    const listener = silent(20, {
      judgements: { 'syn-timeout': 20, ongoing: 6 },
      attempts: 20,
      packets: 900,
      packetsWithPayload: 500,
      payloadBytes: { toServer: 4000, toClient: 90_000 },
    });
    expect(ids(one(listener))).toEqual(['warning accept-queue-overflow']);
  });

  it('one client that was slow because a SYN got lost is nothing', () => {
    const listener = makeCaptureListener({
      judgements: { completed: 300, 'slow-open': 1 },
      synRetransmissions: 1,
      connectLatency: [{ fromMs: 900, toMs: 1100, connections: 1, synRetries: 1 }],
    });
    expect(ids(one(listener))).toEqual([]);
  });
});

describe('nobody answers', () => {
  it('the field notes’ timeout: six SYNs of one client', () => {
    const atMs = [0, 1020, 3050, 7200, 15_400, 31_600];
    const examples = [
      makeRecord('syn-timeout', { server: '127.0.0.1', serverPort: 12345, syn: { sends: 6, atMs } }),
    ];
    const listener = silent(1, { address: '127.0.0.1', port: 12345 });
    const { findings } = diagnoseCapture(one(listener, { examples }));
    expect(findings).toMatchObject([
      {
        id: 'connect-timeouts',
        severity: 'warning',
        subject: { destination: '127.0.0.1:12345' },
        cause: { id: 'no-answer' },
        experiment: { set: { tcp_syn_retries: '5', tcp_syn_linear_timeouts: '0' } },
      },
    ]);
    expect(findings[0]?.title).toContain('6 SYNs in 31.6 s');
    expect(findings[0]?.evidence.map(({ note }) => note).join()).toContain(
      'SYNs at 0.0, 1.0, 3.0, 7.2, 15.4, 31.6 s',
    );
  });

  it('knows the linear timeouts of new kernels', () => {
    const atMs = [0, 1000, 2000, 3000, 4000, 5000, 7000, 11_000];
    const examples = [makeRecord('syn-timeout', { syn: { sends: 8, atMs } })];
    const { findings } = diagnoseCapture(one(silent(3), { examples }));
    expect(findings[0]?.experiment.set).toEqual({ tcp_syn_retries: '3', tcp_syn_linear_timeouts: '4' });
  });

  it.each([
    [10, 'critical'],
    [400, 'critical'],
    [2, 'warning'],
  ] as const)('%d attempts: %s', (attempts, severity) => {
    expect(ids(one(silent(attempts)))).toEqual([`${severity} connect-timeouts`]);
  });

  it('one destination that is down, among thousands of connections, is a note', () => {
    const busy = makeCaptureListener({ judgements: { completed: 5000 }, emptyShare: 0 });
    expect(ids(makeFacts({ listeners: [busy, silent(1, { address: '10.9.9.9' })] }))).toEqual([
      'info connect-timeouts',
    ]);
  });

  it('a scan of forty silent ports is one note with its author', () => {
    const listeners = Array.from({ length: 40 }, (_, n) =>
      silent(1, { port: 1000 + n, synRetransmissions: 1, packets: 2, clients: 1 }),
    );
    const examples = [1, 2].map((number) => makeRecord('syn-timeout', { number, client: '192.0.2.7' }));
    const { findings } = diagnoseCapture(makeFacts({ listeners, examples }));
    expect(findings).toMatchObject([
      { id: 'connect-timeouts', severity: 'info', subject: { peer: '192.0.2.7' } },
    ]);
  });

  it('data that flows without a SYN-ACK was answered elsewhere: unknown, no timeout', () => {
    const listener = silent(50, {
      packets: 900,
      packetsWithPayload: 300,
      payloadBytes: { toServer: 40_000, toClient: 0 },
      synRetransmissions: 0,
    });
    const { findings, unknowns } = diagnoseCapture(one(listener));
    expect(findings).toEqual([]);
    expect(unknowns.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['connect-timeouts', 'accept-queue-overflow', 'syn-flood']),
    );
    expect(unknowns[0]?.because).toContain('only one direction of the traffic with 10.0.0.2:443');
  });

  it('heartbeats of which one direction was captured carry no data, and are answered all the same', () => {
    const listener = silent(50, { packets: 200, synRetransmissions: 0, judgements: { 'syn-timeout': 50 } });
    const { findings, unknowns } = diagnoseCapture(one(listener));
    expect(findings).toEqual([]);
    expect(unknowns.map(({ rule }) => rule)).toContain('connect-timeouts');
  });

  it('SYNs that were captured twice are no second direction', () => {
    const listener = silent(5, { packets: 60 });
    const facts = makeFacts({ listeners: [listener], totals: { copies: 30 } });
    expect(ids(facts)).toEqual(['warning connect-timeouts']);
  });
});

describe('somebody says no', () => {
  const refusing = (refused: number, some: Partial<CaptureListener> = {}): CaptureListener =>
    silent(refused, {
      judgements: { refused },
      packets: refused * 2,
      synRetransmissions: 0,
      resets: { byClient: 0, byServer: refused },
      ...some,
    });

  it.each([
    [1, 'info'],
    [3, 'warning'],
    [5000, 'warning'],
  ] as const)('%d attempts of two clients at a closed port: %s', (refused, severity) => {
    const { findings } = diagnoseCapture(one(refusing(refused)));
    expect(findings).toMatchObject([
      { id: 'connect-refused', severity, cause: { id: 'refused-by-peer' }, confidence: 'certain' },
    ]);
  });

  it('a service that many clients want and none gets is down', () => {
    expect(ids(one(refusing(200, { clients: 40 })))).toEqual(['critical connect-refused']);
  });

  it('ICMP points at a firewall or a router', () => {
    const examples = [makeRecord('refused', { end: { how: 'unreachable', by: null, atMs: 4 } })];
    const { findings } = diagnoseCapture(one(refusing(5), { examples }));
    expect(findings).toMatchObject([{ cause: { id: 'rejected-by-firewall' } }]);
  });

  it('a scan of closed ports is one note', () => {
    const listeners = Array.from({ length: 100 }, (_, n) => refusing(1, { port: 1 + n, clients: 1 }));
    const { findings } = diagnoseCapture(makeFacts({ listeners, examples: [makeRecord('refused')] }));
    expect(findings).toMatchObject([{ id: 'connect-refused', severity: 'info', cause: { id: 'port-scan' } }]);
  });

  it('three ports that refuse once each are no scan', () => {
    const listeners = [81, 82, 83].map((port) => refusing(1, { port, clients: 1 }));
    expect(ids(makeFacts({ listeners }))).toEqual(Array(3).fill('info connect-refused'));
  });
});
