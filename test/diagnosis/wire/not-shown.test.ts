import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allRules } from '../../../src/diagnosis/rules/all-rules.ts';
import { allWireRules } from '../../../src/diagnosis/wire/all-wire-rules.ts';
import { diagnoseCapture } from '../../../src/diagnosis/wire/diagnose-capture.ts';
import { type CaptureListener, judgementIds } from '../../../src/tcp/capture.ts';
import { checkExperiment } from '../../staging/check-experiment.ts';
import { makeCaptureListener, makeFacts, makeRecord } from './capture-builders.ts';

type Facts = Parameters<typeof diagnoseCapture>[0];
const ids = (facts: Facts) => diagnoseCapture(facts).findings.map(({ id, severity }) => `${severity} ${id}`);
const one = (listener: CaptureListener, some: Partial<Facts> = {}) =>
  makeFacts({ ...some, listeners: [listener] });

describe('what the capture does not show', () => {
  const healthy = makeCaptureListener({ judgements: { completed: 200 }, emptyShare: 0 });
  const rulesOf = (facts: Facts) => new Set(diagnoseCapture(facts).unknowns.map(({ rule }) => rule));

  it('a healthy capture leaves nothing open, whatever its size', () => {
    for (const completed of [8, 200, 1500]) {
      const listener = makeCaptureListener({ judgements: { completed }, emptyShare: 0 });
      expect(diagnoseCapture(one(listener))).toEqual({ findings: [], unknowns: [] });
    }
  });

  it('a broken file leaves every rule open that found nothing', () => {
    const partial = { because: 'the file ends within a record', atByte: 88_112, record: 1204 };
    expect(rulesOf(one(healthy, { partial })).size).toBe(allWireRules.length);
    const dead = makeCaptureListener({ judgements: { 'retransmission-death': 4 } });
    expect(rulesOf(one(dead, { partial }))).not.toContain('dead-peers');
  });

  it.each(['cut', 'fragments'] as const)('packets that are %s', (kind) => {
    const skipped = { fragments: 0, notTcp: 0, malformed: 0, cut: 0 };
    expect(rulesOf(one(healthy, { skipped: { ...skipped, [kind]: 100 } })).size).toBe(allWireRules.length);
    expect(rulesOf(one(healthy, { skipped: { ...skipped, [kind]: 3 } })).size).toBe(0);
  });

  it('half a second is too short for rates and silence', () => {
    const storm = makeCaptureListener({ judgements: { heartbeat: 100 }, emptyShare: 1 });
    const brief = makeFacts({ listeners: [storm], seconds: 0.3 });
    expect(ids(brief)).toEqual([]);
    expect(rulesOf(brief)).toEqual(
      new Set(['connection-churn', 'connect-timeouts', 'syn-flood', 'dead-peers', 'close-wait-leak']),
    );
  });

  it('connections that had all begun before say nothing of handshakes', () => {
    const running = makeCaptureListener({ judgements: { ongoing: 300 }, attempts: 0, connectMs: null });
    expect(ids(one(running))).toEqual([]);
    expect(rulesOf(one(running))).toContain('accept-queue-overflow');
    expect(rulesOf(one(running))).not.toContain('retransmissions');
  });

  it('a capture without TCP', () => {
    const empty = makeFacts({ listeners: [], packets: 90 });
    expect(rulesOf(empty).size).toBe(allWireRules.length);
    expect(diagnoseCapture(empty).unknowns[0]?.because).toBe('no TCP packet among 90 packets');
  });
});

describe('every wire rule', () => {
  it('has an id of the doctor, once', () => {
    const known = allRules.map(({ id }) => id);
    const used = allWireRules.map(({ id }) => id);
    expect(used.filter((id) => !known.includes(id))).toEqual([]);
    expect(new Set(used).size).toBe(used.length);
  });

  it('is whole and can be staged, whatever was counted', () => {
    const count = fc.oneof(fc.constant(0), fc.nat(12), fc.nat(5000), fc.nat(500_000));
    const judgements = fc.record(Object.fromEntries(judgementIds.map((id) => [id, count])), {
      requiredKeys: [],
    });
    const listener = fc
      .record({
        judgements,
        port: fc.integer({ min: 1, max: 65_535 }),
        clients: count,
        synRetransmissions: count,
        synAckRetransmissions: count,
        cookieLike: count,
        packetsWithPayload: count,
        retransmissions: fc.record({ byClient: count, byServer: count }),
        emptyShare: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
        heartbeat: fc.option(
          fc.record({
            periodMs: fc.integer({ min: 200, max: 100_000 }),
            senders: count,
            agreement: fc.double({ min: 0, max: 1, noNaN: true }),
            connections: count,
          }),
        ),
        arrivalsPerSecond: fc.record({ mean: fc.double({ min: 0, max: 1e6, noNaN: true }), peak: count }),
      })
      .map(makeCaptureListener);
    fc.assert(
      fc.property(fc.array(listener, { maxLength: 4 }), fc.nat(100_000), (listeners, seconds) => {
        const examples = judgementIds.map((id) => makeRecord(id));
        const { findings } = diagnoseCapture(makeFacts({ listeners, seconds, examples }));
        for (const finding of findings) {
          expect(() => checkExperiment(finding)).not.toThrow();
          expect(finding.namespace).toBe(0);
          expect(JSON.stringify(finding)).not.toMatch(/NaN|Infinity|undefined/);
          expect(finding.evidence.every(({ source, note }) => source === 'packets' && note !== '')).toBe(
            true,
          );
        }
      }),
      { numRuns: 150 },
    );
  });
});
