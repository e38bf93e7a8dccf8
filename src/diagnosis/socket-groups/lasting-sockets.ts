import type { Ends, SocketCensus, SocketGroup, SocketGroupName } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import type { RuleView } from '../rule.ts';

/** Sockets of a group that were in it at both ends of the window: the same cookie, so the same socket. */
export function lastingSockets(view: RuleView, name: SocketGroupName): readonly Ends<TcpSocket>[] {
  const census = readingValue(view.namespace.sockets);
  if (!census) return [];
  const earlier = new Map(census.before.groups[name].kept.map((socket) => [socket.cookie, socket]));
  return census.after.groups[name].kept.flatMap((after) => {
    const before = earlier.get(after.cookie);
    return before === undefined ? [] : [{ before, after }];
  });
}

/** Dumps of very many sockets take some time, and tcp_info counts in jiffies. */
const TIMING_ERROR_MS = 100;

/**
 * Whether something happened to the socket between the two looks, from its age in tcp_info at each ("ms ago"). The ages alone cannot be
 * compared: what happens every 300 ms may well be older at the second look.
 */
export function happenedBetween(view: RuleView, agesMs: Ends<number>): boolean {
  const elapsedMs = betweenLooksMs(view);
  return elapsedMs !== undefined && elapsedMs + agesMs.before - agesMs.after > TIMING_ERROR_MS;
}

/**
 * On a crowded host the sockets are read some time after the look began. No age can grow by more than what really went by, and nearly
 * every socket has one of the three that stood still: the most that any of them grew is the better clock.
 */
function betweenLooksMs(view: RuleView): number | undefined {
  const census = readingValue(view.namespace.sockets);
  if (!census) return undefined;
  const known = clocks.get(census) ?? betweenMs(view, census);
  clocks.set(census, known);
  return known;
}

/** Asked for each socket, and the same for all of them. */
const clocks = new WeakMap<Ends<SocketCensus>, number>();

function betweenMs(view: RuleView, census: Ends<SocketCensus>): number {
  const names = Object.keys(census.after.groups) as SocketGroupName[];
  const lasting = names.flatMap((name) => lastingSockets(view, name));
  const grewMs = Math.max(0, ...lasting.map(mostGrownMs));
  const wallMs = census.after.atMs - census.before.atMs;
  return grewMs > 0 ? Math.min(wallMs, grewMs) : wallMs;
}

function mostGrownMs({ before, after }: Ends<TcpSocket>): number {
  const [from, to] = [before.info, after.info];
  if (!from || !to) return 0;
  return Math.max(
    to.lastDataSentMs - from.lastDataSentMs,
    to.lastDataReceivedMs - from.lastDataReceivedMs,
    to.lastAckReceivedMs - from.lastAckReceivedMs,
  );
}

const FEW = 2;
const NOTABLE_SHARE = 0.25;

/**
 * Whether sockets of a group still come to an end by themselves: so many have left it in the window that, at this pace, none of those that
 * stayed is overdue. Slow answers to half-closed clients do that; a leak lets none go.
 */
export function isTurningOver(
  view: RuleView,
  name: SocketGroupName,
  belongs: (socket: TcpSocket) => boolean,
): boolean {
  const census = readingValue(view.namespace.sockets);
  const group = census?.before.groups[name];
  if (!census || !group || group.total > group.kept.length) return false;
  const earlier = group.kept.filter(belongs);
  const stayed = lastingSockets(view, name).filter(({ after }) => belongs(after));
  const gone = earlier.length - stayed.length;
  if (gone < FEW || gone < earlier.length * NOTABLE_SHARE) return false;
  const lifeMs = ((census.after.atMs - census.before.atMs) * earlier.length) / gone;
  return stayed.every(
    ({ after }) => (after.info?.lastAckReceivedMs ?? Number.POSITIVE_INFINITY) <= 2 * lifeMs,
  );
}

/** What `count` of the kept sockets stand for, where the group had more than could be kept. */
export function scaledCount(count: number, group: SocketGroup | undefined): number {
  if (!group || group.kept.length === 0 || group.total <= group.kept.length) return count;
  return Math.round((count * group.total) / group.kept.length);
}

export function groupBy<T>(
  items: readonly T[],
  keyOf: (item: T) => string,
): ReadonlyMap<string, readonly T[]> {
  const groups = new Map<string, T[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group) group.push(item);
    else groups.set(key, [item]);
  }
  return groups;
}

/** "10.0.0.7 (12), 10.0.0.9 (3) and 4 more", most frequent first. */
export function mostFrequent(texts: readonly string[], shown = 3): string {
  const counts = [...groupBy(texts, (text) => text)].map(([text, all]) => ({ text, count: all.length }));
  counts.sort((a, b) => b.count - a.count);
  const named = counts.slice(0, shown).map(({ text, count }) => (count === 1 ? text : `${text} (${count})`));
  const more = counts.length - named.length;
  return named.join(', ') + (more > 0 ? ` and ${more} more` : '');
}
