import { formatCount } from '../../base/units.ts';
import type { ProcessObservation } from '../../tcp/observation.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { processesOf } from '../evidence.ts';
import type { RuleView } from '../rule.ts';
import type { SocketSide } from './socket-side.ts';

export interface SocketOwner {
  readonly pid: number;
  /** Of the sockets asked about. */
  readonly sockets: number;
  readonly process: ProcessObservation | undefined;
}

/** Processes that hold these sockets, most sockets first; a listener's own processes when the sockets' owners were not found. */
export function ownersOfSockets(
  view: RuleView,
  sockets: readonly Pick<TcpSocket, 'inode'>[],
  side?: SocketSide,
): readonly SocketOwner[] {
  const counts = new Map<number, number>();
  for (const { inode } of sockets) {
    for (const pid of view.namespace.owners[String(inode)] ?? []) counts.set(pid, (counts.get(pid) ?? 0) + 1);
  }
  if (counts.size === 0 && side?.kind === 'listener')
    for (const pid of side.listener.pids) counts.set(pid, 0);
  return [...counts]
    .sort((a, b) => b[1] - a[1] || a[0] - b[0])
    .map(([pid, count]) => ({ pid, sockets: count, process: processesOf(view, [pid])[0] }));
}

/** "nginx, pid 812", "gunicorn, pid 90 and 3 more", "" when nobody is known. */
export function ownersText(owners: readonly SocketOwner[]): string {
  const [first] = owners;
  if (!first) return '';
  const name = first.process ? `${first.process.name}, ` : '';
  return `${name}pid ${first.pid}${owners.length > 1 ? ` and ${formatCount(owners.length - 1)} more` : ''}`;
}

/** "0.0.0.0:80 (nginx, pid 812)". */
export function withOwners(name: string, owners: readonly SocketOwner[]): string {
  return owners.length === 0 ? name : `${name} (${ownersText(owners)})`;
}

/** Fields for `Finding.subject`. */
export function subjectOf(side: SocketSide, owners: readonly SocketOwner[]): Record<string, string> {
  const [owner] = owners;
  const key = side.kind === 'outgoing' ? 'destination' : side.kind;
  return {
    [key]: side.kind === 'port' ? String(side.port) : side.name,
    ...(owner ? { pid: String(owner.pid) } : {}),
    ...(owner?.process ? { process: owner.process.name } : {}),
  };
}
