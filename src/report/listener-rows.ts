/** Listeners as the tables and charts of all renderings show them. */
import { formatEndpoint } from '../base/ip-text.ts';
import type { ListenerObservation, NamespaceObservation, QueueHistory } from '../tcp/observation.ts';
import { type LimitSetBy, whoSetLimit } from '../tcp/queue-limits.ts';
import type { RenderInput } from './render-input.ts';

export interface ListenerRow {
  readonly endpoint: string;
  /** First name of its namespace, or its inode. */
  readonly namespace: string;
  /** Name of the first owner, "" when unknown. */
  readonly program: string;
  readonly pids: readonly number[];
  /** At the end of the window. */
  readonly length: number;
  /** The most that was seen in the window. */
  readonly peak: number;
  /** Undefined: unknown. */
  readonly limit: number | undefined;
  readonly limitSetBy: LimitSetBy;
  /** Growth of sk_drops in the window; undefined: unknown. */
  readonly drops: number | undefined;
  readonly synRecv: number;
  /** Still listening at the end of the window. */
  readonly present: boolean;
  readonly history: QueueHistory | undefined;
}

/** All listeners: those that drop first, then the fuller ones. */
export function listenerRows({ observation }: RenderInput): readonly ListenerRow[] {
  const processes = observation.processes.status === 'ok' ? observation.processes.value : [];
  const programs = new Map(processes.map(({ pid, name }) => [pid, name]));
  const rows = observation.namespaces.flatMap((namespace) =>
    (namespace.listeners.status === 'ok' ? namespace.listeners.value : []).map((listener) =>
      rowOf(listener, namespace, programs),
    ),
  );
  return rows.toSorted((a, b) => (b.drops ?? 0) - (a.drops ?? 0) || fill(b) - fill(a) || b.peak - a.peak);
}

/** Those that drop or make anybody wait; when all are idle, the first `atMost`. */
export function listenersThatMatter(rows: readonly ListenerRow[], atMost = 5): readonly ListenerRow[] {
  const busy = rows.filter((row) => (row.drops ?? 0) > 0 || row.length > 0 || row.peak > 0);
  return busy.length > 0 ? busy : rows.slice(0, atMost);
}

/** "host", "web", or "net:[4026532281]" for a namespace without a name. */
export function namespaceName(namespace: Pick<NamespaceObservation, 'inode' | 'names'>): string {
  return namespace.names[0] ?? `net:[${namespace.inode}]`;
}

/** "ruby (812)", "nginx (90 and 3 more)", "?" when nobody is known. */
export function ownerText(row: ListenerRow): string {
  const [first, ...more] = row.pids;
  if (first === undefined) return row.program || '?';
  return `${row.program || '?'} (${first}${more.length === 0 ? '' : ` and ${more.length} more`})`;
}

function fill(row: ListenerRow): number {
  return row.limit === undefined ? 0 : row.peak / (row.limit + 1);
}

function rowOf(
  listener: ListenerObservation,
  namespace: NamespaceObservation,
  programs: ReadonlyMap<number, string>,
): ListenerRow {
  const { before, after } = listener.acceptQueue;
  const sysctls = namespace.sysctls.status === 'ok' ? namespace.sysctls.value : {};
  const somaxconn = sysctls['net.core.somaxconn'];
  const limit = listener.limitKnown ? after.limit : undefined;
  return {
    endpoint: formatEndpoint(listener.address, listener.port),
    namespace: namespaceName(namespace),
    program: programs.get(listener.pids[0] ?? -1) ?? '',
    pids: listener.pids,
    length: after.length,
    peak: Math.max(before.length, after.length, listener.queue?.peak ?? 0),
    limit,
    limitSetBy: whoSetLimit(limit, somaxconn === undefined ? undefined : Number(somaxconn)),
    drops: listener.drops === undefined ? undefined : listener.drops.after - listener.drops.before,
    synRecv: listener.synRecv.after,
    present: listener.presence.after,
    history: listener.queue,
  };
}
