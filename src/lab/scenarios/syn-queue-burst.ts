import { portSetting } from '../link-settings.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkAffected } from './queues/check-affected.ts';
import { checkDropsOnWire } from './queues/check-drops-on-wire.ts';
import { checkRange } from './queues/check-range.ts';
import { clientsOnWire, drawClient } from './queues/client-on-wire.ts';
import { outcomeOf, queueMetrics } from './queues/queue-metrics.ts';
import { queueSetting, queueSysctls } from './queues/queue-settings.ts';
import { isExact, type Range, rangeOf, widened } from './queues/range-of.ts';
import type { SimulatedCounts, Simulation } from './queues/simulate-listener.ts';
import { originAtClient, type QueuePeaks, watchQueues } from './queues/watch-queues.ts';
import {
  type BurstPlan,
  burstCause,
  burstFindings,
  planBurst,
  predictBurst,
} from './syn-queue/burst-plan.ts';

/** Real clients from afar come within one round trip: their requests wait for the last ACK all at the same time. */
export const synQueueBurst: Scenario = {
  name: 'syn-queue-burst',
  purpose: 'More real clients within a round trip than a SYN queue holds: cookies, or dropped SYNs.',
  settings: [
    queueSetting.senders({ default: 100, meaning: 'clients of the burst' }),
    queueSetting.arrivalsPerSecond({ default: 240, meaning: 'how fast they come' }),
    queueSetting.backlog({ default: 80 }),
    queueSetting.somaxconn(),
    queueSetting.syncookies(),
    queueSetting.maxSynBacklog(),
    queueSetting.synRetries(),
    queueSetting.linearTimeouts(4),
    {
      name: 'watchMs',
      meaning: 'how long it is watched',
      unit: 'ms',
      default: 5000,
      min: 2000,
      max: 120_000,
    },
    portSetting,
    queueSetting.delayMs(250),
  ],
  sysctls: { ...queueSysctls, 'net.ipv4.tcp_syn_linear_timeouts': 4, 'net.ipv4.tcp_synack_retries': 5 },
  predict: (values, { kernel }) => predictBurst(values, kernel, planBurst(values, kernel)),
  findings: (values, { kernel }) => burstFindings(values, planBurst(values, kernel)),
  play: async (stage, values) => {
    const plan = planBurst(values, stage.situation.kernel);
    const listener = await stage.listen({ backlog: stage.number('backlog'), read: true });
    stage.limit('server SYN_RECV', plan.room);
    stage.tell(`the server accepts at once; ${plan.room} handshakes may be half-open`);
    const watchMs = stage.number('watchMs');
    const doctor = stage.diagnose('server', Math.min(watchMs, 5000));
    await stage.wait(300); // It watches when the burst comes.
    const clients = stage.clients({
      count: stage.number('senders'),
      ratePerSecond: stage.number('arrivalsPerSecond'),
      receiveUntilClose: true,
      sendBytes: 10,
      keepOutcomes: true,
    });
    await originAtClient(stage, 0);
    stage.tell(`${stage.number('senders')} clients come within ${burstMs(stage)} ms`);
    const peaks = await watchQueues(stage, watchMs);
    checkQueues(stage, plan, peaks);
    const hit = clientsOnWire(stage)[plan.affected.index];
    if (hit) checkAffected(stage, plan.affected, drawClient(stage, hit));
    checkDoctor(stage, await doctor, burstCause(values, plan));
    await clients.stop();
    const done = await clients.done;
    checkRange(stage, 'clients whose connect() succeeded', rangeOf(plan.simulations, connected), {
      measured: done.established,
      unit: 'clients',
    });
    await listener.stop();
    queueMetrics(stage, outcomeOf([done], (await listener.done).accepted));
    stage.metric('SYN cookies sent', stage.counters('server')('TcpExt.SyncookiesSent'), 'segments', 'less');
  },
};

function burstMs(stage: Stage): number {
  return Math.round((1000 * stage.number('senders')) / stage.number('arrivalsPerSecond'));
}

function connected({ clients }: Simulation): number {
  return clients.filter(({ connectedAtMs }) => connectedAtMs !== undefined).length;
}

function checkQueues(stage: Stage, { simulations }: BurstPlan, peaks: QueuePeaks): void {
  const counters = stage.counters('server');
  const isPlain = stage.number('delayMs') === 0;
  const peak = rangeOf(simulations, ({ synQueuePeak }) => synQueuePeak);
  checkRange(stage, 'most half-open connections', isPlain ? [0, peak[1]] : peak, {
    measured: peaks.synRecv,
    unit: 'connections',
  });
  const [, overflows] = rangeOf(simulations, ({ counts }) => counts.listenOverflows);
  for (const [name, of] of overflows === 0 ? [...byQueue, ...byAnswer] : byQueue) {
    const modelled = rangeOf(simulations, ({ counts }) => counts[of]);
    const range = isExact(modelled) ? modelled : widened(modelled, 0.1);
    checkRange(stage, name.replace('TcpExt.', ''), range, { measured: counters(name), unit: 'segments' });
  }
  if (overflows > 0) checkDropsOnWire(stage, clientsOnWire(stage));
  else
    checkCookiesReturned(
      stage,
      rangeOf(simulations, ({ counts }) => counts.cookiesReturned),
    );
}

function checkCookiesReturned(stage: Stage, [least, most]: Range): void {
  checkRange(stage, 'SyncookiesRecv', [least, 2 * most], {
    measured: stage.counters('server')('TcpExt.SyncookiesRecv'),
    unit: 'segments',
    why: 'one for each ACK; the data right behind it counts too when two processors judge them at the same time',
  });
}

type Counted = readonly (readonly [string, keyof SimulatedCounts])[];

const byQueue: Counted = [
  ['TcpExt.SyncookiesSent', 'cookiesSent'],
  ['TcpExt.TCPReqQFullDoCookies', 'queueFullCookies'],
  ['TcpExt.TCPReqQFullDrop', 'queueFullDrops'],
];
/** Where the accept queue overflows as well, these depend on what the forgotten clients send again. */
const byAnswer: Counted = [
  ['TcpExt.ListenDrops', 'listenDrops'],
  ['TcpExt.ListenOverflows', 'listenOverflows'],
];

function checkDoctor(
  stage: Stage,
  { findings }: Awaited<ReturnType<Stage['diagnose']>>,
  cause: string,
): void {
  const finding = findings.find(({ id }) => id === 'syn-queue-overflow');
  if (finding) stage.checkExact('the cause the doctor names', cause, finding.cause.id);
}
