import { describe, expect, it } from 'vitest';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { checkPlan } from '../../staging/check-experiment.ts';
import { makeCaptureListener, makeFacts, makeFlow, makeRecord } from './capture-builders.ts';
import { silentListener } from './silent-listener.ts';

type Facts = Parameters<typeof diagnoseCapture>[0];
const ids = (facts: Facts) => diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);
const one = (listener: CaptureListener, some: Partial<Facts> = {}) =>
  makeFacts({ ...some, listeners: [listener] });

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

  it.each([
    [{ completed: 900, 'slow-open': 60, 'syn-timeout': 40 }, 'critical', 'likely'],
    [{ completed: 950, 'slow-open': 48, 'syn-timeout': 2 }, 'warning', 'possible'],
  ] as const)('SYNs are dropped where data is not: %o', (judgements, severity, confidence) => {
    const listener = makeCaptureListener({ judgements, synRetransmissions: 300 });
    const { findings } = diagnoseCapture(one(listener));
    expect(findings).toMatchObject([{ id: 'accept-queue-overflow', severity, confidence }]);
  });

  /** Seventeen are served, then 23 SYNs of the same client find no answer. Nobody sends any data. */
  const served = (some: Partial<CaptureListener> = {}): CaptureListener =>
    makeCaptureListener({
      judgements: { 'syn-timeout': 23, heartbeat: 17 },
      clients: 1,
      packets: 165,
      packetsWithPayload: 0,
      payloadBytes: { toServer: 0, toClient: 0 },
      synRetransmissions: 23,
      ...some,
    });
  const lostAt = (fromMs: number, client = '10.0.0.9') =>
    makeRecord('syn-timeout', {
      client,
      fromMs,
      toMs: fromMs + 1000,
      synAck: { sends: 0, atMs: [] },
      fromServer: makeFlow({ packets: 0 }),
    });
  const closedAt = (atMs: number) =>
    makeRecord('heartbeat', {
      client: '10.0.0.8',
      toMs: atMs,
      fromServer: makeFlow({ fin: true }),
      end: { how: 'fin', by: 'client', atMs },
    });

  it('a listener that serves some and not others, on a host that lives: a full queue, likely', () => {
    const { findings } = diagnoseCapture(one(served(), { examples: [lostAt(900), closedAt(5000)] }));
    expect(findings).toMatchObject([
      { id: 'accept-queue-overflow', severity: 'critical', confidence: 'likely' },
    ]);
    expect(findings[0]?.title).toContain('of 40 attempts 23 got no answer at all');
  });

  it('a host that was never heard again has died: no full queue', () => {
    const { findings } = diagnoseCapture(one(served(), { examples: [lostAt(900), closedAt(800)] }));
    expect(findings).toMatchObject([{ id: 'connect-timeouts', cause: { id: 'some-lost' } }]);
    expect(findings[0]?.cause.title).toContain('answers some SYNs and not others');
  });

  it('always the same clients unanswered: a filter on their addresses', () => {
    const listener = served({
      judgements: { 'syn-timeout': 40, completed: 160 },
      clients: 20,
      clientsServed: 16,
      packetsWithPayload: 600,
    });
    const { findings } = diagnoseCapture(one(listener, { examples: [lostAt(900), closedAt(5000)] }));
    expect(findings).toMatchObject([{ id: 'connect-timeouts', cause: { id: 'some-clients' } }]);
    expect(findings[0]?.title).toContain('always the same 4 addresses');
  });

  it('now these, now those unanswered: no filter does that', () => {
    const listener = served({
      judgements: { 'syn-timeout': 40, completed: 160 },
      clients: 20,
      clientsServed: 20,
      packetsWithPayload: 600,
    });
    const { findings } = diagnoseCapture(one(listener, { examples: [lostAt(900), closedAt(5000)] }));
    expect(findings).toMatchObject([{ id: 'accept-queue-overflow', confidence: 'likely' }]);
  });

  it('late opens count whatever became of the connection', () => {
    const listener = served({
      judgements: { 'reset-by-server': 42 },
      synRetransmissions: 48,
      connectLatency: [
        { fromMs: 0, toMs: 0.1, connections: 18 },
        { fromMs: 900, toMs: 1500, connections: 24, synRetries: 1 },
      ],
    });
    const { findings } = diagnoseCapture(one(listener));
    expect(findings).toMatchObject([{ id: 'accept-queue-overflow', confidence: 'likely' }]);
    expect(findings[0]?.title).toContain('of 42 attempts 24 got in only after SYN retries');
  });

  it('many listeners alike are one finding; many hosts alike point in front of them', () => {
    const slow = (port: number, address = '10.0.0.2') =>
      makeCaptureListener({
        address,
        port,
        judgements: { completed: 950 - port, 'slow-open': 50 },
        synRetransmissions: 60,
      });
    const ports = diagnoseCapture(makeFacts({ listeners: [80, 81, 82, 83].map((port) => slow(port)) }));
    expect(ports.findings.map(({ id }) => id)).toEqual(['accept-queue-overflow']);
    expect(ports.findings[0]?.title).toContain('; likewise 3 others');
    expect(ports.findings[0]?.evidence.at(-1)?.note).toBe(
      'the same at 10.0.0.2:81, 10.0.0.2:82, 10.0.0.2:83',
    );
    expect(ports.findings[0]?.explanation).not.toContain('hosts are affected alike');
    const hosts = diagnoseCapture(makeFacts({ listeners: [1, 2, 3].map((n) => slow(443, `10.0.0.${n}`)) }));
    expect(hosts.findings).toMatchObject([{ id: 'accept-queue-overflow', confidence: 'possible' }]);
    expect(hosts.findings[0]?.explanation).toContain('3 hosts are affected alike');
  });

  it('new SYNs unanswered while old connections go on: the port is neither dead nor filtered', () => {
    const listener = silentListener(20, {
      judgements: { 'syn-timeout': 20, ongoing: 6 },
      attempts: 20,
      packets: 900,
      packetsWithPayload: 500,
      payloadBytes: { toServer: 4000, toClient: 90_000 },
    });
    const talking = makeRecord('ongoing', { toMs: 9000 });
    const examples = [lostAt(2000), talking];
    expect(ids(one(listener, { examples }))).toEqual(['critical accept-queue-overflow']);
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
