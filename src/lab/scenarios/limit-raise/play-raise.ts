import { plural } from '../../../base/units.ts';
import type { Report } from '../../../tcp/report.ts';
import type { LabProcess } from '../../lab-process.ts';
import type { ClientsDone, ClientsReady, ListenerDone, ListenerReady } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';
import { checkAffected } from '../queues/check-affected.ts';
import { checkRange } from '../queues/check-range.ts';
import { clientsOnWire, drawClient } from '../queues/client-on-wire.ts';
import { outcomeOf, queueMetrics } from '../queues/queue-metrics.ts';
import { originAtClient } from '../queues/watch-queues.ts';
import { together } from '../timers/together.ts';
import { type RaisePlan, watchUntilMs } from './raise-plan.ts';
import { latecomerGivesUpMs } from './raise-settings.ts';

type Clients = LabProcess<ClientsReady, ClientsDone>;
export type Listener = LabProcess<ListenerReady, ListenerDone>;

export interface StagedChange {
  readonly backlog: number;
  /** With which it listens again when it gets SIGUSR1. */
  readonly relistenBacklog: number;
  /** What is changed while clients wait; gives the listener that is there afterwards. */
  readonly apply: (listener: Listener) => Promise<Listener>;
}

const fillPerSecond = 2000;
const fillWithinMs = 30_000;
const comePerSecond = 1000;

/**
 * A server that accepts nobody and has a full queue; clients outside try again and again; something is changed; who gets in? Everything
 * waits for what the kernel shows, not for a time: the next SYNs are the clock.
 */
export async function playRaise(stage: Stage, plan: RaisePlan, staged: StagedChange): Promise<void> {
  const { backlog, relistenBacklog } = staged;
  const listener = await stage.listen({ mode: 'never-accept', backlog, relistenBacklog });
  const fillers = await fillQueue(stage, plan);
  stage.recorder.restart();
  const waiting = stage.clients({
    count: plan.senders,
    ratePerSecond: comePerSecond,
    receiveUntilClose: true,
    keepOutcomes: true,
  });
  if (await originAtClient(stage, plan.fillers)) stage.tell(`${plan.senders} clients come to a full queue`);
  await haveTried(stage, plan, plan.changeAfterSyns);
  await allArrived(stage, plan);
  stage.tell(`they have tried ${plan.changeAfterSyns} times`);
  const changed = await staged.apply(listener);
  checkLimitAfter(stage, plan);
  const latecomer = stage.clients({
    receiveUntilClose: true,
    giveUpAfterMs: latecomerGivesUpMs(stage.values),
    keepOutcomes: true,
  });
  await together(doctorAtNextTry(stage, plan), nextTry(stage, plan));
  const first = clientsOnWire(stage)[plan.fillers];
  if (first) checkAffected(stage, plan.affected, drawClient(stage, first));
  await checkClients(stage, plan, { fillers, waiting, latecomer });
  await changed.stop();
}

/** A SYN that is under way when the server is restarted would find nobody there. */
async function allArrived(stage: Stage, { senders, changeAfterSyns }: RaisePlan): Promise<void> {
  const overflows = (): number => stage.counters('server')('TcpExt.ListenOverflows');
  await stage.until(() => overflows() >= senders * changeAfterSyns, lateMs);
}

async function nextTry(stage: Stage, plan: RaisePlan): Promise<void> {
  await haveTried(stage, plan, plan.changeAfterSyns + 1);
  await stage.wait(settleMs + 3 * stage.number('delayMs'));
  checkQueue(stage, plan);
}

/** After the last SYN of a round, until its ACK is there; three times the delay of the link comes on top. */
const settleMs = 200;

async function fillQueue(stage: Stage, { fillers, change }: RaisePlan): Promise<Clients> {
  stage.limit('server accept queue', change.before);
  const clients = stage.clients({ count: fillers, ratePerSecond: fillPerSecond, receiveUntilClose: true });
  const queue = (): { length: number; limit: number } | undefined => stage.sample('server').acceptQueues[0];
  await stage.until(() => (queue()?.length ?? 0) >= fillers, fillWithinMs);
  stage.checkExact('limit of the listener, before', change.before, queue()?.limit ?? 'none', 'connections');
  stage.checkExact('connections that fill its queue', fillers, queue()?.length ?? 0, 'connections');
  stage.tell(`the server accepts nobody; its queue of ${change.before} is full with ${fillers} connections`);
  return clients;
}

/** Every SYN after the first counts as a retransmission; nobody else retransmits on the client's side. */
async function haveTried(stage: Stage, { senders, timers }: RaisePlan, times: number): Promise<void> {
  const resent = senders * (times - 1);
  const counters = (): number => stage.counters('client')('TcpExt.TCPSynRetrans');
  const latestMs = timers.syns[times - 1]?.latestMs ?? 0;
  const withinMs = latestMs + (1000 * senders) / comePerSecond + lateMs - stage.nowMs();
  if (await stage.until(() => counters() >= resent, withinMs)) return;
  stage.tell(
    `after ${Math.round(stage.nowMs())} ms only ${counters()} of ${resent} SYNs have been sent again`,
  );
}

/** What a machine that is busy with other things may take to start the clients. */
const lateMs = 2000;

function checkLimitAfter(stage: Stage, { change, resets }: RaisePlan): void {
  const [queue] = stage.sample('server').acceptQueues;
  stage.checkExact('limit of the listener, after', change.after, queue?.limit ?? 'none', 'connections');
  stage.limit('server accept queue', change.after);
  const lost = resets === 0 ? '' : `; the ${resets} in the old queue are reset`;
  stage.tell(`the listener's limit is ${queue?.limit}${lost}`);
}

/** The doctor's window holds the moment when all try again. */
async function doctorAtNextTry(stage: Stage, plan: RaisePlan): Promise<void> {
  const nextMs = plan.timers.syns[plan.changeAfterSyns]?.atMs ?? 0;
  await stage.at(nextMs - 1500);
  const untilMs = watchUntilMs(plan) + (1000 * plan.senders) / comePerSecond;
  const report = await stage.diagnose('server', Math.max(1500, untilMs - stage.nowMs()));
  checkCure(stage, plan, report);
}

/** At its severity the doctor tells what goes on from what is over; a queue that is exactly full is as bad as one that drops. */
function checkCure(stage: Stage, { letIn, senders, waitingAtEnd, change }: RaisePlan, report: Report): void {
  const finding = report.findings.find(({ id }) => id === 'accept-queue-overflow');
  const goesOn = letIn < senders || (change.keepsQueue && waitingAtEnd > change.after);
  const says = finding && finding.severity !== 'info' ? 'yes' : 'no';
  stage.checkExact('the doctor says that the queue overflows now', goesOn ? 'yes' : 'no', says);
}

function checkQueue(stage: Stage, plan: RaisePlan): void {
  const { waitingAtEnd, overflows, change } = plan;
  const [queue] = stage.sample('server').acceptQueues;
  const counters = stage.counters('server');
  stage.checkExact(
    'connections waiting in the queue, at the end',
    waitingAtEnd,
    queue?.length ?? 0,
    'connections',
  );
  stage.checkExact('ListenOverflows', overflows, counters('TcpExt.ListenOverflows'), 'segments');
  stage.checkExact('ListenDrops', overflows, counters('TcpExt.ListenDrops'), 'segments');
  stage.metric('places in the queue', change.after + 1, 'connections', 'more');
}

interface AllClients {
  readonly fillers: Clients;
  readonly waiting: Clients;
  readonly latecomer: Clients;
}

async function checkClients(stage: Stage, plan: RaisePlan, all: AllClients): Promise<void> {
  const { changeAfterSyns, connected, latecomerGetsIn, resets } = plan;
  const [fillers, waiting, latecomer] = await Promise.all([
    endOf(all.fillers),
    endOf(all.waiting),
    endOf(all.latecomer),
  ]);
  const came = latecomer.established === 1 ? 'yes' : 'no';
  stage.checkExact('who comes right after the change connects', latecomerGetsIn ? 'yes' : 'no', came);
  checkRange(stage, `clients that connect with SYN ${changeAfterSyns + 1}`, connected, {
    measured: waiting.established,
    unit: 'clients',
    why: 'the places that are left, to all: SYNs of the same timer tick pass together for one place, and connect() succeeds for each',
  });
  stage.checkExact('connections of the full queue that are reset', resets, fillers.reset, 'connections');
  queueMetrics(stage, outcomeOf([waiting, latecomer], undefined));
  const limits =
    plan.change.before === plan.change.after
      ? `stayed ${plan.change.before}`
      : `went from ${plan.change.before} to ${plan.change.after}`;
  stage.conclude(
    `the limit of the listener ${limits}, and ${waiting.established} of ${plural(plan.senders, 'waiting client')} got in with the next SYN`,
  );
  stage.metric('waiting connections reset', fillers.reset, 'connections', 'less');
}

async function endOf(clients: Clients): Promise<ClientsDone> {
  await clients.stop();
  return clients.done;
}

/** SIGUSR1 to a listener of `playRaise`; resolves when the socket has this limit, at the latest after a second. */
export async function listenAgain(stage: Stage, listener: Listener, limit: number): Promise<void> {
  const hasLimit = (): boolean => stage.sample('server').acceptQueues[0]?.limit === limit;
  const changesNothing = hasLimit();
  listener.signal('SIGUSR1');
  stage.tell('the server calls listen() again on its socket');
  if (changesNothing) await stage.wait(signalSeenMs);
  else await stage.until(hasLimit, 1000);
}

/** A listener that stands still looks for signals every 50 ms. */
const signalSeenMs = 400;
