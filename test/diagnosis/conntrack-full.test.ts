import { describe, expect, it } from 'vitest';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { conntrackFull } from '../../src/diagnosis/rules/conntrack-full.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import type { ConntrackObservation, KernelLogEvent } from '../../src/tcp/observation.ts';
import { denied } from '../../src/tcp/reading.ts';
import { ends, makeNamespace, makeObservation } from '../fixtures/observation.ts';

const max = 262_144;

function table(count: number, moved: Readonly<Record<string, number>> = {}): ConntrackObservation {
  const before = { drop: 5, early_drop: 0, insert_failed: 5 };
  const after: Record<string, number> = { ...before };
  for (const [name, by] of Object.entries(moved)) after[name] = (after[name] ?? 0) + by;
  return { count: ends(count), max, stat: { before, after } };
}

function line(namespaceInode?: number): KernelLogEvent {
  const where = namespaceInode === undefined ? '' : ` in netns ${namespaceInode}`;
  return {
    kind: 'conntrack-full',
    inWindow: true,
    source: '/dev/kmsg',
    line: `nf_conntrack: nf_conntrack: table full${where}, dropping packet`,
    ...(namespaceInode === undefined ? {} : { namespaceInode }),
  };
}

const container = { inode: 7, names: ['web'], initial: false, own: false } as const;

function judge(
  host: ConntrackObservation,
  web: ConntrackObservation,
  log: readonly KernelLogEvent[] = [],
): readonly Finding[] {
  const namespaces = [makeNamespace({ conntrack: host }), makeNamespace({ ...container, conntrack: web })];
  return diagnose(makeObservation({ namespaces, kernelLog: log }), [conntrackFull]).findings;
}

describe('conntrack-full', () => {
  it('takes a table that only throws out half-open connections for a warning', () => {
    const [finding] = judge(table(100), table(max, { early_drop: 4000 }));
    expect(finding).toMatchObject({ severity: 'warning', namespace: 7, cause: { id: 'evicting' } });
  });

  it('takes a table that is 96 % full for a warning', () => {
    expect(judge(table(100), table(max * 0.96))).toMatchObject([
      { severity: 'warning', cause: { id: 'nearly-full' } },
    ]);
  });

  it('says nothing of two packets that raced to open the same connection', () => {
    expect(judge(table(100), table(5000, { drop: 30, insert_failed: 30 }))).toEqual([]);
  });

  it('infers from drops alone that it was full between the two ends of the window', () => {
    const [finding] = judge(table(100), table(max * 0.8, { drop: 40 }));
    expect(finding).toMatchObject({ severity: 'critical', confidence: 'likely' });
  });

  it('gives a log line to the namespace it names, or whose table is full, or to the host', () => {
    const owners = (log: KernelLogEvent, web: ConntrackObservation): readonly number[] =>
      judge(table(100), web, [log])
        .filter(({ severity }) => severity === 'critical')
        .map(({ namespace }) => namespace);
    const host = makeNamespace().inode;
    expect(owners(line(7), table(100))).toEqual([7]);
    expect(owners(line(), table(max))).toEqual([7]);
    expect(owners(line(), table(100))).toEqual([host]);
  });

  it('knows that where nothing is tracked nothing can be full, and that a table it may not read is unknown', () => {
    expect(diagnose(makeObservation(), [conntrackFull])).toEqual({ findings: [], unknowns: [] });
    const hidden = makeNamespace({ conntrack: denied('conntrack', 'root') });
    const { unknowns } = diagnose(makeObservation({ namespaces: [hidden] }), [conntrackFull]);
    expect(unknowns).toMatchObject([{ rule: 'conntrack-full', missing: 'conntrack' }]);
  });

  it('is silent where the limit is 0, which means none', () => {
    expect(judge(table(100), { ...table(5000), max: 0 })).toEqual([]);
  });
});
