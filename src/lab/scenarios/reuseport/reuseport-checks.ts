import type { Report } from '../../../tcp/report.ts';
import type { ListenerDone } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkRange } from '../queues/check-range.ts';
import { type ClientOnWire, clientsOnWire } from '../queues/client-on-wire.ts';
import type { ReuseportPlan } from './reuseport-plan.ts';

const hashWhy = 'a share of 1 in so many, five standard deviations of chance to both sides';

/** What the group looks like before anything is closed. */
export interface GroupState {
  /** Connections in the stuck member's queue. */
  readonly stuckQueue: number;
  /** Clients that have sent SYNs and got nothing. */
  readonly outside: readonly ClientOnWire[];
  readonly overflows: number;
}

/** The stuck member has the longest queue, unless all are empty. Everything is read at the same moment, in which nothing moves. */
export function groupState(stage: Stage): GroupState {
  const lengths = stage.sample('server').acceptQueues.map(({ length }) => length);
  const overflows = stage.counters('server')('TcpExt.ListenOverflows');
  const outside = clientsOnWire(stage).filter(({ synAcks }) => synAcks.length === 0);
  return { stuckQueue: Math.max(0, ...lengths), outside, overflows };
}

export function checkGroup(stage: Stage, plan: ReuseportPlan, state: GroupState): void {
  const { stuckQueue, outside } = state;
  const queues = stage.sample('server').acceptQueues;
  checkRange(stage, 'connections waiting in the stuck queue', plan.waiting, {
    measured: stuckQueue,
    unit: 'connections',
    why: hashWhy,
  });
  checkRange(stage, 'clients whose SYNs are dropped', plan.dropped, {
    measured: outside.length,
    unit: 'clients',
    why: hashWhy,
  });
  stage.checkExact('listeners in the group', plan.sockets, queues.length, 'sockets');
  const withDrops = queues.filter(({ drops }) => drops > 0).length;
  stage.checkExact('listeners that drop SYNs', outside.length > 0 ? 1 : 0, withDrops, 'sockets');
}

/** Only the stuck member drops: one overflow for each SYN that got no answer. To be asked when the last packets have come out of the ring. */
export function checkOverflows(stage: Stage): void {
  const overflows = stage.counters('server')('TcpExt.ListenOverflows');
  const unanswered = clientsOnWire(stage).reduce(
    (sum, { syns, synAcks }) => sum + syns.length - (synAcks.length > 0 ? 1 : 0),
    0,
  );
  stage.checkExact('ListenOverflows, by the SYNs without an answer', unanswered, overflows, 'segments');
}

export function checkNamedCause(
  stage: Stage,
  { cause, itsShare }: ReuseportPlan,
  { findings }: Report,
): void {
  if (itsShare[0] < 2) return;
  const finding = findings.find(({ id }) => id === 'reuseport-imbalance');
  stage.checkExact('the cause the doctor names', cause, finding?.cause.id ?? 'no finding');
}

/** What became of the queue of the member that was closed. */
export function checkClosed(
  stage: Stage,
  { migrates }: ReuseportPlan,
  { stuckQueue }: GroupState,
  reset: number,
): void {
  const counters = stage.counters('server');
  const moved = migrates ? stuckQueue : 0;
  stage.checkExact('connections reset by the close', stuckQueue - moved, reset, 'connections');
  stage.checkExact('TCPMigrateReqSuccess', moved, counters('TcpExt.TCPMigrateReqSuccess'), 'connections');
  stage.checkExact('TCPMigrateReqFailure', 0, counters('TcpExt.TCPMigrateReqFailure'), 'connections');
  stage.metric('waiting connections reset', reset, 'connections', 'less');
  stage.metric(
    'waiting connections that moved',
    counters('TcpExt.TCPMigrateReqSuccess'),
    'connections',
    'more',
  );
}

/** Everybody else has been accepted by the other members. */
export function checkAccepted(
  stage: Stage,
  plan: ReuseportPlan,
  state: GroupState,
  done: ListenerDone,
): void {
  const { stuckQueue, outside } = state;
  const lost = plan.closes ? (plan.migrates ? 0 : stuckQueue) : stuckQueue + outside.length;
  stage.checkExact('connections the others accepted', plan.senders - lost, done.accepted, 'connections');
}
