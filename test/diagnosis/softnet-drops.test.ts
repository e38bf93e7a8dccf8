import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { softnetDrops } from '../../src/diagnosis/rules/softnet-drops.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import { ends, makeObservation } from '../fixtures/observation.ts';

type Moved = Partial<Record<'processed' | 'dropped' | 'timeSqueeze', number>>;

/** What happened on each CPU within 10 s, on top of a long history. */
function judge(...cpus: readonly Moved[]): readonly Finding[] {
  const before = cpus.map((_, cpu) => ({ cpu, processed: 900_000, dropped: 77, timeSqueeze: 300 }));
  const after = before.map((row, cpu) => ({
    cpu,
    processed: row.processed + (cpus[cpu]?.processed ?? 1000),
    dropped: row.dropped + (cpus[cpu]?.dropped ?? 0),
    timeSqueeze: row.timeSqueeze + (cpus[cpu]?.timeSqueeze ?? 0),
  }));
  return diagnose(makeObservation({ softnet: ends(before, after) }), [softnetDrops]).findings;
}

describe('softnet-drops', () => {
  it('says nothing of drops in the past', () => {
    expect(judge({}, {})).toEqual([]);
  });

  it('names the one CPU where all of it happens', () => {
    const [finding] = judge({}, { processed: 400_000, dropped: 600, timeSqueeze: 200 });
    expect(finding).toMatchObject({
      severity: 'warning',
      subject: { cpu: '1' },
      cause: { id: 'softirq-saturated' },
    });
    expect(finding?.remedies[0]?.summary).toContain('CPU 1');
  });

  it('tells a burst, which a longer queue would hold, from a saturated CPU', () => {
    const [finding] = judge({ dropped: 300 }, { dropped: 300 });
    expect(finding).toMatchObject({ severity: 'critical', subject: { cpu: '0,1' }, cause: { id: 'burst' } });
    expect(finding?.remedies[0]?.command).toContain('netdev_max_backlog');
  });

  it('takes a handful among a million for a note', () => {
    expect(judge({ processed: 1_000_000, dropped: 4 })).toMatchObject([{ severity: 'info' }]);
  });

  it('takes time_squeeze alone for a note, and only when it is frequent', () => {
    expect(judge({ processed: 800_000, timeSqueeze: 90 })).toMatchObject([
      { severity: 'info', cause: { id: 'time-squeeze' } },
    ]);
    expect(judge({ processed: 800_000, timeSqueeze: 12 })).toEqual([]);
  });
});
