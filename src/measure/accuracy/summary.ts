import { groupBy } from '../../diagnosis/socket-groups/lasting-sockets.ts';
import { wilsonInterval } from './interval.ts';
import { isHealthy, isRight, type TrialResult } from './trial-result.ts';

export interface Share {
  readonly right: number;
  readonly of: number;
  readonly interval: readonly [number, number];
}

/** What all trials together say; those that could not be staged do not count. */
export interface Summary {
  readonly faults: number;
  readonly healthy: number;
  readonly doubles: number;
  readonly notStaged: readonly TrialResult[];
  /** Attempts that had to be repeated although the trial stood in the end. */
  readonly repeated: number;
  /** Hosts with one fault whose report is headed by it, with cause and subject. */
  readonly top: Share;
  /** Hosts with two faults where both are among the alarms, with cause and subject. */
  readonly both: Share;
  /** Alarms about nothing, and on how many hosts. */
  readonly falseAlarms: { readonly healthy: number; readonly faulty: number };
  /** Hosts with one fault, and healthy ones. */
  readonly byKind: readonly KindRow[];
  /** Staged finding by first finding, both as ids; "healthy" and "nothing" are two of them. */
  readonly matrix: Matrix;
  /** Of the windows that were used, on how many hosts. */
  readonly windows: readonly { readonly window: string; readonly hosts: number; readonly right: number }[];
  readonly misses: readonly TrialResult[];
  readonly meetsTargets: boolean;
}

export interface KindRow {
  readonly kind: string;
  readonly staged: number;
  readonly right: number;
  /** First findings that were wrong, "id (cause)", with how often. */
  readonly instead: readonly string[];
}

export interface Matrix {
  readonly rows: readonly string[];
  readonly columns: readonly string[];
  readonly count: (row: string, column: string) => number;
}

export const targets = { top: 0.98, both: 0.95 } as const;

export function summarise(results: readonly TrialResult[]): Summary {
  const staged = results.filter((one) => one.staged);
  const healthy = staged.filter(isHealthy);
  const faulty = staged.filter((one) => !isHealthy(one));
  const single = faulty.filter(({ kinds }) => kinds.length === 1);
  const doubles = faulty.filter(({ kinds }) => kinds.length > 1);
  const top = share(single, ({ verdict }) => verdict.topRight && verdict.allFound);
  const both = share(doubles, ({ verdict }) => verdict.allFound);
  const withFalseAlarm = (some: readonly TrialResult[]): number =>
    some.filter(({ verdict }) => verdict.falseAlarms.length > 0).length;
  const falseAlarms = { healthy: withFalseAlarm(healthy), faulty: withFalseAlarm(faulty) };
  return {
    faults: faulty.length,
    healthy: healthy.length,
    doubles: doubles.length,
    notStaged: results.filter((one) => !one.staged),
    repeated: staged.filter(({ notStaged }) => notStaged.length > 0).length,
    top,
    both,
    falseAlarms,
    byKind: kindRows([...single, ...healthy]),
    matrix: matrixOf([...single, ...healthy]),
    windows: windowsOf(staged),
    misses: staged.filter((one) => !isRight(one)),
    meetsTargets:
      reaches(top, targets.top) &&
      reaches(both, targets.both) &&
      falseAlarms.healthy + falseAlarms.faulty === 0,
  };
}

function share(some: readonly TrialResult[], isGood: (one: TrialResult) => boolean): Share {
  const right = some.filter(isGood).length;
  return { right, of: some.length, interval: wilsonInterval(right, some.length) };
}

function reaches({ right, of }: Share, target: number): boolean {
  return of === 0 || right / of >= target;
}

function kindRows(results: readonly TrialResult[]): readonly KindRow[] {
  const kinds = groupBy(results, kindOf);
  const rows = [...kinds].map(([kind, some]) => {
    const wrong = some.filter(({ verdict }) => !verdict.topRight);
    const tops = [...groupBy(wrong, ({ verdict }) => verdict.top)];
    const instead = tops.map(([top, { length }]) => (length > 1 ? `${top} ${length} times` : top));
    return { kind, staged: some.length, right: some.length - wrong.length, instead };
  });
  return rows.sort((a, b) => a.kind.localeCompare(b.kind));
}

function kindOf(result: TrialResult): string {
  return isHealthy(result) ? `healthy/${result.kinds[0]}` : (result.kinds[0] ?? '');
}

function matrixOf(results: readonly TrialResult[]): Matrix {
  const counts = new Map<string, number>();
  const rows = new Set<string>();
  const columns = new Set<string>();
  for (const { truths, verdict } of results) {
    const row = truths[0]?.id ?? 'healthy';
    const column = verdict.top.split(' ')[0] ?? '';
    rows.add(row);
    columns.add(column);
    counts.set(`${row} ${column}`, (counts.get(`${row} ${column}`) ?? 0) + 1);
  }
  return {
    rows: [...rows].sort(),
    columns: [...columns].sort(),
    count: (row, column) => counts.get(`${row} ${column}`) ?? 0,
  };
}

function windowsOf(results: readonly TrialResult[]): Summary['windows'] {
  const windows = [...groupBy(results, ({ window }) => window)];
  return windows.map(([window, some]) => ({
    window,
    hosts: some.length,
    right: some.filter(isRight).length,
  }));
}
