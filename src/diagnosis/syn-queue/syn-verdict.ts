import { isLoopback } from '../../base/ip-text.ts';
import type { RuleView } from '../rule.ts';
import {
  ALIVE_SHARE,
  FLOOD_COUNT,
  FLOOD_COUNT_IN_SMALL_QUEUE,
  FLOOD_SHARE,
  hasFloodLikeSources,
} from './flood-like.ts';
import {
  nearCapacity,
  type SynCounters,
  type SynQueueFacts,
  synCounters,
  synQueueFacts,
} from './syn-queue-facts.ts';
import { type UnansweredClients, unansweredClients } from './unanswered-clients.ts';

/**
 * One word for one listener, so that the two rules about SYN queues never both speak of it:
 * - flood: handshakes are started and not completed, by many, or by one far too often
 * - overflow: more clients at once than the SYN queue holds, and they do complete (or would, if they were not dropped)
 * - lost-replies: a few real clients whose handshakes do not complete: packets are lost on the way
 * - no-route-back: SYNs from sources this host has no route to
 */
export interface SynVerdict {
  readonly kind: 'flood' | 'overflow' | 'lost-replies' | 'no-route-back';
  readonly facts: SynQueueFacts;
  readonly counters: SynCounters;
  readonly clients: UnansweredClients;
  /** Cookies this listener sent, and SYNs it dropped because its SYN queue was full. */
  readonly cookiesSent: number;
  readonly synsDropped: number;
  /** Whether it was seen that this listener is the one, not just concluded from what the others are not. */
  readonly listenerSeen: boolean;
}

const GENUINE_SHARE = 0.7;
/** The accept queue's own rule explains what happens while it is full. */
const ACCEPT_QUEUE_SHARE = 0.25;

/** The listener that turned most away comes first. */
export function synVerdicts(view: RuleView): readonly SynVerdict[] {
  const turnedAway = ({ synsDropped, cookiesSent }: SynVerdict): number => synsDropped + cookiesSent;
  return verdictsOf(view).toSorted((a, b) => turnedAway(b) - turnedAway(a));
}

function verdictsOf(view: RuleView): readonly SynVerdict[] {
  const counters = synCounters(view);
  const all = synQueueFacts(view);
  const cookieShares = shareOut(counters.cookiesSent > 0 ? cookieSenders(all) : []);
  const dropShares = shareOut(dropSuspects(all, counters));
  return all.flatMap((facts) => {
    const cookies = cookieShares.get(facts) ?? 0;
    const cookiesSent = Math.round(counters.cookiesSent * cookies);
    const synsDropped = Math.round(synQueueDrops(counters) * (dropShares.get(facts) ?? 0));
    const overflows = queueOverflowed({ facts, counters, cookiesSent, synsDropped });
    const clients = unansweredClients(view, facts, counters, { cookies, overflows });
    const kind = judge({ facts, counters, clients, cookiesSent, synsDropped }, overflows);
    const answersAlone = facts.policy === 'always-cookies' && facts.handshakes.length > 0;
    const listenerSeen =
      nearCapacity(facts) ||
      facts.logged !== undefined ||
      facts.unansweredCount > 0 ||
      facts.dropped > 0 ||
      answersAlone;
    return kind === undefined
      ? []
      : [{ kind, facts, counters, clients, cookiesSent, synsDropped, listenerSeen }];
  });
}

/** ListenDrops counts accept queue drops (ListenOverflows) as well; what is left belongs to the SYN queue, or to missing routes. */
function synQueueDrops({ listenDrops, listenOverflows }: SynCounters): number {
  return Math.max(0, listenDrops - listenOverflows);
}

/**
 * Cookies carry no name: those whose queue was seen full, or whom the kernel log names, else the one whose arrivals on the wire come
 * closest to its capacity, else the only one.
 */
function cookieSenders(all: readonly SynQueueFacts[]): readonly SynQueueFacts[] {
  const free = all.filter((facts) => facts.acceptQueueFullShare <= ACCEPT_QUEUE_SHARE);
  const answering = free.filter((facts) => facts.handshakes.some(({ synAckCount }) => synAckCount > 0));
  if (free[0]?.policy === 'always-cookies') return answering.length > 0 ? answering : onlyOne(free);
  const seen = [nearCapacity, ({ logged }: SynQueueFacts) => logged !== undefined].map((by) =>
    free.filter(by),
  );
  const best = seen.find((some) => some.length > 0);
  if (best) return best;
  // A full accept queue sends cookies too, to clients that come while it has a place for a moment: then the others prove nothing.
  if (free.length < all.length) return [];
  const fullest = [...answering].sort((a, b) => arrivalFill(b) - arrivalFill(a)).slice(0, 1);
  return fullest.length > 0 ? fullest : onlyOne(free);
}

/** A round trip of many clients; the queue itself is looked at a few times a second only, and a burst may come and go in between. */
const ROUND_TRIP_MS = 100;

/** The most SYNs within a round trip, as a share of what the queue holds. */
function arrivalFill({ handshakes, capacity }: SynQueueFacts): number {
  const times = handshakes.map(({ atMs }) => atMs).sort((a, b) => a - b);
  let most = 0;
  let from = 0;
  for (const [to, atMs] of times.entries()) {
    while (atMs - (times[from] ?? atMs) > ROUND_TRIP_MS) from++;
    most = Math.max(most, to - from + 1);
  }
  return most / Math.max(1, capacity ?? Number.POSITIVE_INFINITY);
}

function dropSuspects(all: readonly SynQueueFacts[], counters: SynCounters): readonly SynQueueFacts[] {
  if (synQueueDrops(counters) === 0) return [];
  const dropping = all.filter(
    (facts) => facts.dropped > 0 && facts.acceptQueueFullShare <= ACCEPT_QUEUE_SHARE,
  );
  return dropping.length > 0 ? dropping : onlyOne(all.filter((facts) => facts.listener.drops === undefined));
}

function onlyOne(all: readonly SynQueueFacts[]): readonly SynQueueFacts[] {
  const reachable = all.filter(({ listener }) => !isLoopback(listener.address));
  const candidates = reachable.length > 0 ? reachable : all;
  return candidates.length === 1 ? candidates : [];
}

/** By the drops each has counted itself, else by its handshakes on the wire, else evenly. */
function shareOut(suspects: readonly SynQueueFacts[]): ReadonlyMap<SynQueueFacts, number> {
  const weigh = [(one: SynQueueFacts) => one.dropped, (one: SynQueueFacts) => one.handshakes.length, () => 1];
  const weight = weigh.find((by) => suspects.every((one) => by(one) > 0)) ?? (() => 1);
  const total = suspects.reduce((sum, one) => sum + weight(one), 0);
  return new Map(suspects.map((one) => [one, weight(one) / total]));
}

type Known = Pick<SynVerdict, 'facts' | 'counters' | 'clients' | 'cookiesSent' | 'synsDropped'>;

function judge(known: Known, overflows: boolean): SynVerdict['kind'] | undefined {
  const { facts, clients } = known;
  if (facts.acceptQueueFullShare > ACCEPT_QUEUE_SHARE) return undefined;
  if (overflows && newcomersAreGenuine(known)) return 'overflow';
  if (manyUnanswered(known, overflows)) {
    const genuine = clients.aliveShare >= ALIVE_SHARE || !floodLikeSources(clients);
    if (!genuine) return 'flood';
    return overflows ? 'overflow' : 'lost-replies';
  }
  if (overflows) return 'overflow';
  return droppedForNoRoute(known) ? 'no-route-back' : undefined;
}

/**
 * Who comes while the queue is full decides, whoever has filled it before: clients that return their cookies, or that repeat a SYN
 * which was dropped.
 */
function newcomersAreGenuine({ facts, counters, cookiesSent }: Known): boolean {
  const { cookiesReturned, cookiesFailed } = counters;
  if (cookiesSent > 0) return cookiesReturned + cookiesFailed >= GENUINE_SHARE * counters.cookiesSent;
  const ignored = facts.handshakes.filter(({ synAckCount }) => synAckCount === 0);
  return (
    ignored.length >= 3 &&
    ignored.filter(({ synCount }) => synCount > 1).length >= GENUINE_SHARE * ignored.length
  );
}

function manyUnanswered({ facts, clients }: Known, overflows: boolean): boolean {
  if (clients.share < FLOOD_SHARE) return false;
  if (clients.count >= FLOOD_COUNT) return true;
  const fillsQueue = facts.capacity !== undefined && clients.count >= facts.capacity / 2;
  return fillsQueue && (overflows || clients.count >= FLOOD_COUNT_IN_SMALL_QUEUE);
}

function floodLikeSources({ sources, count, perSecond }: UnansweredClients): boolean {
  const seen = sources.reduce((sum, source) => sum + source.count, 0);
  return hasFloodLikeSources({ count, perSecond, seen, addresses: sources.length });
}

function queueOverflowed({ facts, counters, cookiesSent, synsDropped }: Omit<Known, 'clients'>): boolean {
  if (facts.policy === 'always-cookies') return false;
  if (facts.policy === 'cookies') return cookiesSent > 0;
  if (synsDropped === 0) return false;
  if (counters.queueFullDrops > 0 && !facts.boundByMaxSynBacklog) return true;
  // The three-quarters rule has no counter of its own, and SYNs without a route back look the same: the queue must have been seen filled.
  return facts.boundByMaxSynBacklog && facts.capacity !== undefined && facts.peak >= facts.capacity / 2;
}

/** ip_route_output fails before a request is made: ListenDrops, no answer, no half-open request, and strangers do not try again. */
function droppedForNoRoute({ facts, clients, counters, synsDropped }: Known): boolean {
  if (synsDropped < FLOOD_COUNT || counters.queueFullDrops > 0) return false;
  const ignored = facts.handshakes.filter(({ synAckCount, synCount }) => synAckCount === 0 && synCount === 1);
  const sources = new Set(ignored.map(({ client }) => client));
  return (
    sources.size >= FLOOD_COUNT &&
    ignored.length >= facts.handshakes.length / 2 &&
    clients.count < FLOOD_COUNT
  );
}
