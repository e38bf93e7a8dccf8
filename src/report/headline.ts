/** The first sentences of every rendering: what was looked at, and what came of it. */
import { formatCount, formatDurationMs, plural } from '../base/units.ts';
import type { FindingId } from '../tcp/finding.ts';
import type { Report } from '../tcp/report.ts';
import { isProblem } from './finding-order.ts';
import { type ListenerRow, listenerRows } from './listener-rows.ts';
import type { RenderInput } from './render-input.ts';

/** "logs-2", "Linux 6.18.44", "3 network namespaces", "14 listeners", "watched 10.0 s". */
export function scopeOf(report: Report): readonly string[] {
  const { host, namespaces } = report;
  const listeners = namespaces.reduce((sum, namespace) => sum + namespace.listeners.length, 0);
  return [
    host.hostname,
    `Linux ${host.kernelRelease}`,
    plural(namespaces.length, 'network namespace'),
    plural(listeners, 'listener'),
    `watched ${watchedFor(report)}`,
  ];
}

function watchedFor({ host }: Report): string {
  return formatDurationMs(host.observedToMs - host.observedFromMs);
}

export interface Verdict {
  /** `partial`: nothing found, but not everything could be looked at. */
  readonly kind: 'problems' | 'clean' | 'partial';
  readonly headline: string;
  /** What the headline rests on, or what it leaves open; "" for problems, which speak for themselves. */
  readonly detail: string;
}

/** Never calls a host well while a check could not be made. */
export function verdictOf(input: RenderInput): Verdict {
  const { report } = input;
  const unchecked = uncheckedRules(report).length;
  if (report.findings.some(isProblem))
    return { kind: 'problems', headline: problemCounts(report), detail: '' };
  if (unchecked === 0) return { kind: 'clean', headline: 'No problem found', detail: whatWasSeen(input) };
  const detail = `${plural(unchecked, 'check')} could not be made`;
  return { kind: 'partial', headline: 'No problem found in what could be seen', detail };
}

/** "1 problem, 2 warnings and 3 notes". */
function problemCounts({ findings }: Report): string {
  const counted = (
    [
      ['critical', 'problem'],
      ['warning', 'warning'],
      ['info', 'note'],
    ] as const
  )
    .map(
      ([severity, word]) =>
        [findings.filter((finding) => finding.severity === severity).length, word] as const,
    )
    .filter(([count]) => count > 0)
    .map(([count, word]) => plural(count, word));
  const last = counted.pop() ?? '';
  return counted.length === 0 ? last : `${counted.join(', ')} and ${last}`;
}

/** In numbers, so that "nothing found" can be told from "nothing looked at". */
export function whatWasSeen(input: RenderInput): string {
  const { report } = input;
  const rows = listenerRows(input);
  const sockets = sum(report.namespaces.map(({ states }) => sum(Object.values(states))));
  const seen = `${plural(rows.length, 'listener')} and ${plural(sockets, 'socket')} in ${plural(report.namespaces.length, 'network namespace')}, watched for ${watchedFor(report)}`;
  return [seen, droppedText(report), fullestText(rows)].filter((part) => part !== '').join('; ');
}

function droppedText(report: Report): string {
  const moved = report.namespaces.map(({ counters }) => counters['TcpExt.ListenDrops']);
  if (moved.length === 0 || moved.includes(undefined)) return '';
  const drops = sum(moved.map((counter) => (counter?.after ?? 0) - (counter?.before ?? 0)));
  return drops === 0
    ? 'no listener dropped a connection'
    : `${plural(drops, 'SYN or ACK', 'SYNs or ACKs')} dropped by listeners`;
}

function fullestText(rows: readonly ListenerRow[]): string {
  const known = rows.filter((row) => row.limit !== undefined);
  const fullest = known.toSorted((a, b) => fullness(b) - fullness(a))[0];
  if (fullest === undefined || fullest.peak === 0)
    return known.length > 0 ? 'every accept queue was empty' : '';
  return `the fullest accept queue held ${formatCount(fullest.peak)} of ${formatCount(fullest.limit ?? 0)} (${fullest.endpoint})`;
}

function fullness(row: ListenerRow): number {
  return row.peak / ((row.limit ?? 0) + 1);
}

export interface UncheckedGroup {
  readonly because: string;
  readonly rules: readonly FindingId[];
}

/** Checks that could not be made, together under each reason; the reason that hides most comes first. */
export function uncheckedGroups(report: Pick<Report, 'unknowns'>): readonly UncheckedGroup[] {
  const groups = new Map<string, Set<FindingId>>();
  for (const { rule, because } of report.unknowns) {
    const rules = groups.get(because) ?? new Set();
    groups.set(because, rules.add(rule));
  }
  return [...groups]
    .map(([because, rules]) => ({ because, rules: [...rules] }))
    .toSorted((a, b) => b.rules.length - a.rules.length);
}

export function uncheckedRules(report: Pick<Report, 'unknowns'>): readonly FindingId[] {
  return [...new Set(report.unknowns.map(({ rule }) => rule))];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}
