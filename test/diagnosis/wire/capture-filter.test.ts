import { describe, expect, it } from 'vitest';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import { makeCaptureListener, makeFacts } from './capture-builders.ts';
import { floodedListener } from './flooded-listener.ts';

const ids = (facts: Parameters<typeof diagnoseCapture>[0]) =>
  diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);

describe('what only the capture filter hides', () => {
  it('with SYN and SYN-ACK alone nobody can say who completed', () => {
    const listener = floodedListener(500, {
      judgements: { 'half-open': 500 },
      packets: 1000,
      packetsWithPayload: 0,
      payloadBytes: { toServer: 0, toClient: 0 },
      synAckRetransmissions: 0,
    });
    const { findings, unknowns } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toEqual([]);
    expect(unknowns.find(({ rule }) => rule === 'syn-flood')?.because).toContain('no ACK at all');
  });

  it('thousands of addresses that come once and at once are a flood even so; the same number of clients that come back are not', () => {
    const listener = floodedListener(20_000, {
      judgements: { 'half-open': 20_000 },
      clients: 19_900,
      clientsServed: 0,
      packets: 40_000,
      packetsWithPayload: 0,
      payloadBytes: { toServer: 0, toClient: 0 },
      synAckRetransmissions: 0,
    });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([{ id: 'syn-flood', confidence: 'likely' }]);
    expect(findings[0]?.explanation).toContain('no ACK at all');
    const browsers = { ...listener, clients: 9000 };
    expect(diagnoseCapture(makeFacts({ listeners: [browsers] })).findings).toEqual([]);
  });

  it('a lone SYN without an answer, and a port that refuses, are whole stories', () => {
    const refusing = makeCaptureListener({
      judgements: { refused: 13 },
      packets: 26,
      connectMs: null,
      resets: { byClient: 0, byServer: 13 },
    });
    const silent = makeCaptureListener({ judgements: { 'syn-timeout': 1 }, packets: 3, connectMs: null });
    for (const listener of [refusing, { ...silent, synRetransmissions: 2 }]) {
      expect(diagnoseCapture(makeFacts({ listeners: [listener] })).unknowns).toEqual([]);
    }
  });

  it('SYN-ACKs that the server repeats prove the silence', () => {
    const listener = floodedListener(500, {
      judgements: { 'half-open': 500 },
      packets: 2000,
      packetsWithPayload: 0,
      payloadBytes: { toServer: 0, toClient: 0 },
    });
    expect(ids(makeFacts({ listeners: [listener] }))).toEqual(['warning syn-flood']);
  });

  it('SYN-ACKs to many addresses that sent no SYN here, beside clients that are whole, are a flood', () => {
    const listener = makeCaptureListener({
      judgements: { 'half-open': 37, completed: 20 },
      attempts: 20,
      clients: 38,
      connectMs: { samples: 20, min: 0.1, median: 0.4, p99: 1.2 },
    });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([{ id: 'syn-flood', confidence: 'certain' }]);
    const alone = { ...listener, judgements: { 'half-open': 37 }, attempts: 0, connectMs: null };
    const { findings: none, unknowns } = diagnoseCapture(makeFacts({ listeners: [alone] }));
    expect(none).toEqual([]);
    expect(unknowns.map(({ rule }) => rule)).toContain('syn-flood');
  });

  it('SYN-ACKs without any SYN: the clients came another way', () => {
    const listener = floodedListener(500, {
      judgements: { 'half-open': 500 },
      connectMs: null,
      payloadBytes: { toServer: 0, toClient: 900_000 },
    });
    const { findings, unknowns } = diagnoseCapture(
      makeFacts({ listeners: [listener], totals: { syn: 0, synAck: 1500 } }),
    );
    expect(findings).toEqual([]);
    expect(unknowns.map(({ rule }) => rule)).toContain('syn-flood');
  });
});

describe('perhaps cookies', () => {
  it('some SYN-ACKs without options are possibly cookies', () => {
    const listener = makeCaptureListener({ judgements: { completed: 1000 }, cookieLike: 120 });
    const { findings } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toMatchObject([{ id: 'syn-queue-overflow', severity: 'info', confidence: 'possible' }]);
  });

  it('a server that never takes them is not judged', () => {
    const listener = makeCaptureListener({ judgements: { completed: 1000 }, cookieLike: 1000 });
    const { findings, unknowns } = diagnoseCapture(makeFacts({ listeners: [listener] }));
    expect(findings).toEqual([]);
    expect(unknowns).toMatchObject([{ rule: 'syn-queue-overflow', missing: 'SYN-ACK options' }]);
  });

  it('one odd client is nothing, and a flood keeps its cookies', () => {
    expect(
      ids(
        makeFacts({ listeners: [makeCaptureListener({ judgements: { completed: 1000 }, cookieLike: 3 })] }),
      ),
    ).toEqual([]);
    expect(ids(makeFacts({ listeners: [floodedListener(900, { cookieLike: 400 })] }))).toEqual([
      'warning syn-flood',
    ]);
  });
});
