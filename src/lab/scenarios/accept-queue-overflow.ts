import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { type FaultyServer, startFaultyServer } from './accept-queue/faulty-server.ts';
import {
  checkFirstBurst,
  checkNamed,
  checkPeak,
  checkServed,
  checkStanding,
  checkStream,
} from './accept-queue/overflow-checks.ts';
import { isStream, planForUsersServer, planOverflow } from './accept-queue/overflow-plan.ts';
import {
  affectedClient,
  doctorsWindowMs,
  isCapped,
  isRepeated,
  overflowFindings,
  overflows,
  predictOverflow,
} from './accept-queue/overflow-prediction.ts';
import { overflowSettings } from './accept-queue/overflow-settings.ts';
import { clientsBefore, startClients } from './accept-queue/overflow-traffic.ts';
import { checkAffected } from './queues/check-affected.ts';
import { type ClientOnWire, clientsOnWire, drawClient } from './queues/client-on-wire.ts';
import { outcomeOf, queueMetrics } from './queues/queue-metrics.ts';
import { limitOf, queueSysctls } from './queues/queue-settings.ts';
import { higher, originAtClient, type QueuePeaks, watchQueues } from './queues/watch-queues.ts';

/** A listener's accept queue fills up, for each of the reasons that the doctor knows, or for none. */
export const acceptQueueOverflow: Scenario = {
  name: 'accept-queue-overflow',
  purpose: 'Nobody accepts fast enough: who still gets in, what the others see, and what the kernel counts.',
  settings: overflowSettings,
  sysctls: queueSysctls,
  takesServer: true,
  predict: (values, { kernel }) =>
    predictOverflow(values, kernel, planOverflow(values, kernel, limitOf(values))),
  findings: (values, { kernel }) => overflowFindings(values, planOverflow(values, kernel, limitOf(values))),
  play: async (stage, values) => {
    const kernel = stage.situation.kernel;
    const staged = planOverflow(values, kernel, limitOf(values));
    const server = await startFaultyServer(stage, staged);
    const plan = server.isUsers ? planForUsersServer(values, kernel, server.limit) : staged;
    stage.predictAgain(predictOverflow(values, kernel, plan));
    const before = await clientsBefore(stage, plan);
    const others = clientsOnWire(stage).length;
    const clients = startClients(stage, plan);
    if (await originAtClient(stage, others)) stage.tell('the first client comes');
    const doctor = stage.diagnose('server', doctorsWindowMs(values, plan));
    const peaks = await watchUntilItRunsAgain(stage, server);
    const onWire = clientsOnWire(stage).slice(others);
    checkPeak(stage, plan, peaks);
    if (isStream(plan.cause)) checkStream(stage, plan);
    else checkStanding(stage, plan);
    if (plan.cause === 'burst') checkFirstBurst(stage, plan, onWire);
    const affected = affectedClient(values, kernel, plan);
    const hit = isStream(plan.cause) ? firstDropped(onWire) : onWire[affected.index];
    if (hit) checkAffected(stage, affected, drawClient(stage, hit));
    const report = await doctor;
    if (overflows(plan.simulations) === 'yes' && isRepeated(values, plan))
      checkNamed(stage, report, plan.cause, isCapped(values, plan));
    await clients.stop();
    for (const program of before) await program.stop();
    const done = await clients.done;
    const accepted = await server.stop();
    checkServed(stage, plan, done, accepted);
    queueMetrics(stage, outcomeOf([done], accepted));
  },
};

async function watchUntilItRunsAgain(stage: Stage, server: FaultyServer): Promise<QueuePeaks> {
  const [againMs, watchMs] = [stage.number('acceptAgainMs'), stage.number('watchMs')];
  if (againMs === 0) return watchQueues(stage, watchMs);
  const before = await watchQueues(stage, againMs);
  server.resume();
  stage.tell('the server runs again (SIGCONT)');
  const after = await watchQueues(stage, watchMs);
  return higher(before, after);
}

function firstDropped(onWire: readonly ClientOnWire[]): ClientOnWire | undefined {
  return onWire.find(({ syns }) => syns.length > 1);
}
