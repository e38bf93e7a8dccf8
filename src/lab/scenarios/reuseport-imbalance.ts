import type { LabProcess } from '../lab-process.ts';
import type { ListenerDone, ListenerReady } from '../programs/options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkAffected } from './queues/check-affected.ts';
import { type ClientOnWire, drawClient } from './queues/client-on-wire.ts';
import { outcomeOf, queueMetrics } from './queues/queue-metrics.ts';
import { queueSysctls } from './queues/queue-settings.ts';
import { originAtClient } from './queues/watch-queues.ts';
import {
  checkAccepted,
  checkClosed,
  checkGroup,
  checkNamedCause,
  checkOverflows,
  groupState,
} from './reuseport/reuseport-checks.ts';
import {
  doctorsRestMs,
  droppedClient,
  planReuseport,
  predictReuseport,
  type ReuseportPlan,
  reuseportFindings,
} from './reuseport/reuseport-plan.ts';
import { reuseportSettings } from './reuseport/reuseport-settings.ts';

type Listener = LabProcess<ListenerReady, ListenerDone>;

/** One of several listeners on a port accepts nobody; in the end its process is replaced, and closes its socket. */
export const reuseportImbalance: Scenario = {
  name: 'reuseport-imbalance',
  purpose:
    'SO_REUSEPORT goes on feeding a listener that is stuck; and what becomes of its queue when it is closed.',
  settings: reuseportSettings,
  sysctls: { ...queueSysctls, 'net.ipv4.tcp_syn_linear_timeouts': 4, 'net.ipv4.tcp_migrate_req': 0 },
  predict: (values, { kernel }) => predictReuseport(values, kernel, planReuseport(values, kernel)),
  findings: (values, { kernel }) => reuseportFindings(planReuseport(values, kernel)),
  play: async (stage, values) => {
    const kernel = stage.situation.kernel;
    const plan = planReuseport(values, kernel);
    const { stuck, others } = await startGroup(stage, plan);
    const clients = stage.clients({
      count: plan.senders,
      ratePerSecond: stage.number('arrivalsPerSecond'),
      receiveUntilClose: true,
      keepOutcomes: true,
    });
    await originAtClient(stage, 0);
    stage.tell(`${plan.senders} clients come`);
    const report = await stage.diagnose('server', plan.spanMs + doctorsRestMs);
    await haveCome(stage, plan);
    checkNamedCause(stage, plan, report);
    const state = groupState(stage);
    checkGroup(stage, plan, state);
    stage.tell(`${state.stuckQueue} clients wait in the longest queue, ${state.outside.length} find it full`);
    const closedAtMs = stage.nowMs();
    if (plan.closes) await closeStuck(stage, plan, stuck, state.stuckQueue);
    await clients.stop();
    const done = await clients.done;
    if (plan.closes) checkClosed(stage, plan, state, done.reset);
    await others.stop();
    const served = await others.done;
    checkOverflows(stage);
    checkAccepted(stage, plan, state, served);
    queueMetrics(stage, outcomeOf([done], served.accepted));
    const [hit] = state.outside;
    if (hit) checkDropped(stage, hit, closedAtMs);
  },
};

const lateMs = 10_000;
/** Until the last packets are out of the ring, and a client that is told something has been given the processor. */
const settleMs = 300;

/** Everybody has sent a SYN, and only the stuck member still has somebody in its queue. */
async function haveCome(stage: Stage, { senders }: ReuseportPlan): Promise<void> {
  const queues = (): number => stage.sample('server').acceptQueues.filter(({ length }) => length > 0).length;
  const opens = (): number => stage.counters('client')('Tcp.ActiveOpens');
  if (!(await stage.until(() => opens() >= senders && queues() <= 1, lateMs)))
    stage.tell('not all clients have come yet: this machine is busy');
  await stage.wait(settleMs);
}

/** The member that will be stuck is a process of its own, the others are one. */
async function startGroup(
  stage: Stage,
  { cause, sockets, limit }: ReuseportPlan,
): Promise<{ stuck: Listener; others: Listener }> {
  const backlog = stage.number('backlog');
  stage.limit('server accept queue', limit);
  if (cause === 'none') {
    const all = await stage.listen({ backlog, sockets, reusePort: true, read: true });
    stage.tell(`${sockets} listeners share port ${stage.port}, and all accept`);
    return { stuck: all, others: all };
  }
  const others = await stage.listen({ backlog, sockets: sockets - 1, reusePort: true, read: true });
  const mode = cause === 'blocked' ? 'never-accept' : 'accept';
  const stuck = await stage.listen({ backlog, reusePort: true, mode });
  if (cause === 'process-stopped') stuck.signal('SIGSTOP');
  stage.tell(`${sockets} listeners share port ${stage.port}; one accepts nobody: ${cause}`);
  return { stuck, others };
}

/** SIGKILL, since a stopped process that is woken to end would accept in its last moment. */
async function closeStuck(
  stage: Stage,
  plan: ReuseportPlan,
  stuck: Listener,
  waiting: number,
): Promise<void> {
  stuck.signal('SIGKILL');
  await stuck.exited;
  stage.tell(
    `its process is ended: ${waiting} connections ${plan.migrates ? 'move to the others' : 'are reset'}`,
  );
  const remain = plan.senders - (plan.migrates ? 0 : waiting);
  const { syns } = plan.timers;
  const longestGapMs = Math.max(...syns.map(({ latestMs }, i) => latestMs - (syns[i - 1]?.atMs ?? 0)));
  const areIn = (): boolean => {
    const { states, acceptQueues } = stage.sample('server');
    const isEmpty = acceptQueues.every(({ length }) => length === 0);
    return isEmpty && states.ESTABLISHED === remain;
  };
  if (await stage.until(areIn, longestGapMs + lateMs))
    stage.tell('whoever was outside has got in with its next SYN');
  else stage.tell('not all of those outside have got in');
  await stage.wait(settleMs);
}

/** One client of those outside, until the moment that changed its fate. */
function checkDropped(stage: Stage, hit: ClientOnWire, closedAtMs: number): void {
  const kernel = stage.situation.kernel;
  const untilMs = closedAtMs - (hit.syns[0] ?? 0);
  checkAffected(stage, droppedClient(stage.values, kernel, untilMs), drawClient(stage, hit));
}
