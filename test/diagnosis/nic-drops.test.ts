import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { nicDrops } from '../../src/diagnosis/rules/nic-drops.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { LinkCounters } from '../../src/tcp/observation.ts';
import { ends, makeNamespace, makeObservation } from '../fixtures/observation.ts';

const none: LinkCounters = { bytes: 0, packets: 0, errors: 0, dropped: 0, fifo: 0 };

/** What eth0 counted in 10 s. */
function judge(received: Partial<LinkCounters>, sent: Partial<LinkCounters> = {}): readonly Finding[] {
  const before = [{ name: 'eth0', received: none, sent: none }];
  const after = [{ name: 'eth0', received: { ...none, ...received }, sent: { ...none, ...sent } }];
  const namespace = makeNamespace({ interfaces: ends(before, after) });
  return diagnose(makeObservation({ namespaces: [namespace] }), [nicDrops]).findings;
}

describe('nic-drops', () => {
  it('takes a full receive ring for a loss whatever its share', () => {
    const [finding] = judge({ packets: 3_000_000, fifo: 25 });
    expect(finding).toMatchObject({
      severity: 'warning',
      confidence: 'certain',
      cause: { id: 'receive-ring-full' },
    });
  });

  it('takes damaged packets for an alarm, a single one for a note', () => {
    expect(judge({ packets: 5000, errors: 40 })).toMatchObject([
      { severity: 'warning', cause: { id: 'receive-errors' } },
    ]);
    expect(judge({ packets: 5000, errors: 1 })).toMatchObject([{ severity: 'info' }]);
    expect(judge({}, { packets: 5000, errors: 40 })).toMatchObject([
      { severity: 'warning', cause: { id: 'send-errors' } },
    ]);
  });

  it('takes spanning tree on an idle host for a note: a drop every two seconds', () => {
    expect(judge({ packets: 40, dropped: 15 })).toMatchObject([
      { severity: 'info', cause: { id: 'receive-dropped' } },
    ]);
  });

  it('takes a small share of much traffic for a note, and a large one for an alarm', () => {
    expect(judge({ packets: 900_000, dropped: 200 })).toMatchObject([{ severity: 'info' }]);
    expect(judge({ packets: 90_000, dropped: 200 })).toMatchObject([{ severity: 'warning' }]);
  });

  it('says one thing for one interface, about what hurts most', () => {
    const findings = judge({ packets: 50_000, dropped: 30, fifo: 500 }, { packets: 100, dropped: 1 });
    expect(findings).toMatchObject([{ subject: { interface: 'eth0', counter: 'fifo' } }]);
    expect(findings[0]?.evidence).toHaveLength(3);
  });

  it('says nothing of an interface that was made anew and so counts from 0', () => {
    const old = { ...none, packets: 900, dropped: 50 };
    const before = [{ name: 'eth0', received: old, sent: none }];
    const after = [{ name: 'eth0', received: none, sent: none }];
    const namespace = makeNamespace({ interfaces: ends(before, after) });
    expect(diagnose(makeObservation({ namespaces: [namespace] }), [nicDrops]).findings).toEqual([]);
  });
});
