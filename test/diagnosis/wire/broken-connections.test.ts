import { describe, expect, it } from 'vitest';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import type { CaptureListener } from '../../../src/tcp/capture.ts';
import { makeCaptureListener, makeFacts, makeFlow, makeRecord } from './capture-builders.ts';

type Facts = Parameters<typeof diagnoseCapture>[0];
const ids = (facts: Facts) => diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);
const one = (listener: CaptureListener, some: Partial<Facts> = {}) =>
  makeFacts({ ...some, listeners: [listener] });

describe('data that is sent again', () => {
  const busy = (byClient: number, byServer: number, some: Partial<CaptureListener> = {}): CaptureListener =>
    makeCaptureListener({
      judgements: { completed: 1000 },
      emptyShare: 0,
      packetsWithPayload: 99_000,
      retransmissions: { byClient, byServer },
      ...some,
    });

  it('a busy server with 0.1 % of it is healthy', () => {
    expect(diagnoseCapture(one(busy(50, 50)))).toEqual({ findings: [], unknowns: [] });
  });

  it.each([
    [1000, 'warning', '1 %'],
    [9000, 'warning', '9 %'],
    [12_000, 'critical', '12 %'],
  ] as const)('%d of 100,000 segments: %s', (resent, severity, share) => {
    const { findings } = diagnoseCapture(one(busy(0, resent)));
    expect(findings).toMatchObject([
      { id: 'retransmissions', severity, subject: { listener: '10.0.0.2:443' } },
    ]);
    expect(findings[0]?.title).toContain(`${share} of the data and FIN segments of 10.0.0.2:443`);
    expect(findings[0]?.title).toContain('by the server');
  });

  it('nineteen of them are too few to speak of a share', () => {
    const small = { packetsWithPayload: 100, judgements: { completed: 8 } };
    expect(ids(one(busy(9, 10, small)))).toEqual([]);
    expect(ids(one(busy(10, 10, small)))).toEqual(['warning retransmissions']);
  });

  it('names the one peer whose path is bad', () => {
    const peer = { connections: 10, packets: 900, payloadBytes: 1, empty: 0, synRetransmissions: 0 };
    const peers = [
      { ...peer, address: '10.0.0.8', retransmissions: 100 },
      { ...peer, address: '10.0.0.9', retransmissions: 1900 },
    ];
    const { findings } = diagnoseCapture(one(busy(1000, 1000), { peers, peersInAll: 2 }));
    expect(findings[0]?.subject).toMatchObject({ peer: '10.0.0.9' });
    const even = peers.map((each) => ({ ...each, retransmissions: 1000 }));
    const { findings: shared } = diagnoseCapture(one(busy(1000, 1000), { peers: even, peersInAll: 2 }));
    expect(shared[0]?.subject).not.toHaveProperty('peer');
  });

  it('says from when on', () => {
    const facts = one(busy(0, 2000));
    const late = { ...facts.series, retransmissions: [0, 0, 1, 0, 0, 0, 700, 600, 400, 299] };
    const since = (series: Facts['series']) =>
      diagnoseCapture({ ...facts, series }).findings[0]?.evidence.find(({ name }) => name === 'since')?.value;
    expect(since(late)).toBe(6000);
    expect(since(facts.series)).toBeUndefined();
  });

  it('most of them needless: spurious', () => {
    const facts = makeFacts({ listeners: [busy(0, 3000)], totals: { spuriousRetransmissions: 2500 } });
    expect(diagnoseCapture(facts).findings).toMatchObject([{ severity: 'info', cause: { id: 'spurious' } }]);
  });

  it('resends to peers that died are theirs', () => {
    const flow = makeFlow({ retransmissions: { timeout: 15, fast: 0, spurious: 0 } });
    const examples = [makeRecord('retransmission-death', { fromServer: flow })];
    const listener = busy(0, 1400, { judgements: { completed: 900, 'retransmission-death': 80 } });
    const { findings } = diagnoseCapture(one(listener, { examples }));
    expect(findings.map(({ id, cause }) => `${id} ${cause.id}`)).toEqual([
      'dead-peers data-unacknowledged',
      'retransmissions dead-peers',
    ]);
  });

  it('a capture with gaps claims less, and does not vouch for what it did not see', () => {
    const gaps = { missedByCapture: 4000 };
    const { findings } = diagnoseCapture(makeFacts({ listeners: [busy(0, 3000)], totals: gaps }));
    expect(findings[0]?.confidence).toBe('possible');
    expect(findings[0]?.evidence.map(({ name }) => name)).toContain('missedByCapture');
    const { unknowns } = diagnoseCapture(makeFacts({ listeners: [busy(0, 10)], totals: gaps }));
    expect(unknowns.map(({ rule }) => rule)).toContain('retransmissions');
  });

  it('what is lacking and comes again was lost on the way here, not by the capture', () => {
    const { findings, unknowns } = diagnoseCapture(
      makeFacts({ listeners: [busy(0, 3000)], totals: { missedByCapture: 2000 } }),
    );
    expect(findings).toMatchObject([{ id: 'retransmissions', confidence: 'likely' }]);
    expect(findings[0]?.evidence.at(-1)?.note).toContain('lost before it came to this place');
    expect(unknowns).toEqual([]);
  });

  it('many listeners that lose are three findings and one for the rest', () => {
    const listeners = Array.from({ length: 9 }, (_, n) => busy(0, 3000 + n, { port: 8000 + n }));
    const { findings } = diagnoseCapture(makeFacts({ listeners }));
    expect(findings).toHaveLength(4);
    expect(findings[3]?.title).toContain('and 5 other listeners');
  });

  it('spread over more servers than any has enough: all together', () => {
    const listeners = Array.from({ length: 40 }, (_, n) =>
      busy(0, 10, { port: 8000 + n, packetsWithPayload: 100, judgements: { completed: 5 } }),
    );
    const { findings } = diagnoseCapture(makeFacts({ listeners }));
    expect(findings).toMatchObject([{ id: 'retransmissions', subject: { cause: 'packet-loss' } }]);
    expect(findings[0]?.title).toContain('all connections');
  });
});

describe('peers that are gone', () => {
  const probing = makeFlow({ keepaliveProbes: 3 });

  it.each([
    ['keepalive-death', 'keepalive-unanswered', 'keepalive-dead-peer'],
    ['retransmission-death', 'data-unacknowledged', 'retransmit-death'],
    ['idle-timeout-cut', 'idle-timeout-cut', 'idle-middlebox'],
  ] as const)('%s of the only connection', (death, cause, scenario) => {
    const examples = [makeRecord(death, { fromServer: probing, longestIdle: { ms: 350_000, fromMs: 0 } })];
    const { findings } = diagnoseCapture(
      one(makeCaptureListener({ judgements: { [death]: 1 } }), { examples }),
    );
    expect(findings).toMatchObject([
      {
        id: 'dead-peers',
        severity: 'warning',
        cause: { id: cause },
        experiment: { scenario },
        subject: { peer: '10.0.0.9' },
      },
    ]);
    if (death === 'idle-timeout-cut') expect(findings[0]?.title).toContain('after 5.8 min of silence');
  });

  it('twelve of two hundred are worth a warning', () => {
    const listener = makeCaptureListener({ judgements: { completed: 188, 'keepalive-death': 12 } });
    expect(ids(one(listener))).toEqual(['warning dead-peers']);
  });

  it.each([400, 500_000])('one client that vanished among %d is what happens', (completed) => {
    const some = { payloadBytes: { toServer: completed * 500, toClient: completed * 5000 } };
    const listener = makeCaptureListener({ ...some, judgements: { completed, 'retransmission-death': 1 } });
    expect(ids(one(listener))).toEqual([]);
  });

  it('a side that was never captured is not silent', () => {
    const examples = [makeRecord('retransmission-death', { fromServer: makeFlow({ packets: 0 }) })];
    const listener = makeCaptureListener({ judgements: { 'retransmission-death': 5 } });
    expect(ids(one(listener, { examples }))).toEqual([]);
  });
});

describe('cut after a silence', () => {
  const cut = (some: Parameters<typeof makeRecord>[1] = {}) =>
    makeRecord('idle-timeout-cut', {
      fromClient: makeFlow({ retransmissions: { timeout: 6, fast: 0, spurious: 0 } }),
      longestIdle: { ms: 350_000, fromMs: 100 },
      toMs: 380_000,
      ...some,
    });
  const listener = makeCaptureListener({ judgements: { completed: 20, 'idle-timeout-cut': 4 } });
  const titleWith = (...examples: readonly ReturnType<typeof makeRecord>[]) =>
    diagnoseCapture(makeFacts({ listeners: [listener], examples, seconds: 400 })).findings[0]?.title;

  it('by a device, where the other side goes on with others', () => {
    const other = makeRecord('completed', {
      fromMs: 360_000,
      toMs: 361_000,
      synAck: { sends: 1, atMs: [360_000.4] },
    });
    expect(titleWith(cut(), other)).toContain(
      'were forgotten by something on the way after 5.8 min of silence',
    );
  });

  it('or the other side is gone, where it was never heard again', () => {
    const before = makeRecord('completed', { toMs: 90 });
    expect(titleWith(cut(), before)).toContain('or the other side is gone');
  });

  it('or it was started anew, where RST came', () => {
    const reset = { how: 'reset', by: 'server', atMs: 350_200 } as const;
    expect(titleWith(cut({ end: reset }))).toContain('were answered with RST after 5.8 min of silence');
  });
});

describe('data that arrives and is not taken in', () => {
  const stuck = (acks: number) =>
    makeRecord('retransmission-death', {
      fromClient: makeFlow({ retransmissions: { timeout: 4, fast: 0, spurious: 0 } }),
      fromServer: makeFlow({ duplicateAcks: acks }),
    });
  const listener = makeCaptureListener({
    judgements: { completed: 4, 'retransmission-death': 12 },
    retransmissions: { byClient: 48, byServer: 0 },
  });

  it('is no dead peer and no loss', () => {
    const { findings } = diagnoseCapture(one(listener, { examples: [stuck(6), stuck(6)] }));
    expect(findings).toMatchObject([
      {
        id: 'paws-rejections',
        severity: 'warning',
        confidence: 'possible',
        subject: { listener: '10.0.0.2:443' },
        experiment: { scenario: 'paws-rejections' },
      },
    ]);
    expect(findings[0]?.title).toContain(
      '12 connections to 10.0.0.2:443 hang: what the client sends arrives',
    );
  });

  it('a peer that says nothing is dead', () => {
    expect(ids(one(listener, { examples: [stuck(0)] }))).toEqual([
      'warning dead-peers',
      'info retransmissions',
    ]);
  });
});

describe('half-closed for long', () => {
  const listener = makeCaptureListener({ judgements: { completed: 20, 'half-closed': 30 } });
  const left = (toMs: number) =>
    makeRecord('half-closed', { toMs, fromClient: makeFlow({ fin: true }), fromServer: makeFlow() });

  it('names the side that does not close', () => {
    const { findings } = diagnoseCapture(
      makeFacts({ listeners: [listener], examples: [left(2000)], seconds: 90 }),
    );
    expect(findings).toMatchObject([
      {
        id: 'close-wait-leak',
        severity: 'warning',
        confidence: 'likely',
        experiment: { set: { leaker: 'server' } },
      },
    ]);
    expect(findings[0]?.title).toContain('closed by the client and kept open by the server');
    const stale = makeRecord('half-closed', { toMs: 2000, fromServer: makeFlow({ fin: true }) });
    const other = diagnoseCapture(makeFacts({ listeners: [listener], examples: [stale], seconds: 90 }));
    expect(other.findings).toMatchObject([
      { subject: { peer: '10.0.0.9' }, experiment: { set: { leaker: 'client' } } },
    ]);
  });

  it('a goodbye that came too late needs no waiting', () => {
    const late = makeRecord('half-closed', {
      toMs: 64_000,
      fromClient: makeFlow({ fin: true, resets: 1 }),
      fromServer: makeFlow({ fin: true }),
      end: { how: 'fin', by: 'client', atMs: 3000 },
    });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener], examples: [late], seconds: 64 }));
    expect(findings).toMatchObject([
      { id: 'close-wait-leak', confidence: 'likely', experiment: { set: { leaker: 'server' } } },
    ]);
    expect(findings[0]?.title).toContain('kept open by the server (CLOSE_WAIT) for up to 61.0 s');
  });

  it('not yet when the capture ends soon after', () => {
    const { findings, unknowns } = diagnoseCapture(one(listener, { examples: [left(8000)] }));
    expect(findings).toEqual([]);
    expect(unknowns).toMatchObject([{ rule: 'close-wait-leak' }]);
    expect(unknowns[0]?.because).toContain('when the capture ends, 2.0 s after their last packet');
  });

  it('two of five hundred are nothing', () => {
    const few = makeCaptureListener({ judgements: { completed: 498, 'half-closed': 2 } });
    expect(diagnoseCapture(makeFacts({ listeners: [few], examples: [left(0)], seconds: 300 }))).toEqual({
      findings: [],
      unknowns: [],
    });
  });

  it('without an example nobody knows who', () => {
    expect(diagnoseCapture(one(listener))).toMatchObject({
      findings: [],
      unknowns: [{ rule: 'close-wait-leak', missing: 'packets' }],
    });
  });
});
