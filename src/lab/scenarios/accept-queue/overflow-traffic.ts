import { acceptQueueCapacity } from '../../../tcp/queue-limits.ts';
import type { LabProcess } from '../../lab-process.ts';
import type { ClientsDone, ClientsOptions, ClientsReady } from '../../programs/options.ts';
import type { Stage } from '../../stage/stage.ts';
import { clientsOnWire } from '../queues/client-on-wire.ts';
import { fewDescriptors } from './faulty-server.ts';
import { isStream, type OverflowPlan, streamMs } from './overflow-plan.ts';

type Clients = LabProcess<ClientsReady, ClientsDone>;

const sentBytes = 100;

/**
 * Clients that are there before the others: those that wait in the queue already, or that a server short of descriptors has accepted.
 * Resolves when they are where they belong; throws Interrupted when the run is to stop.
 */
export async function clientsBefore(
  stage: Stage,
  { cause, limit, waitingFirst: waiting }: OverflowPlan,
): Promise<readonly Clients[]> {
  const accepted = cause === 'fd-limit' ? fewDescriptors : 0;
  const count = accepted + waiting;
  if (count === 0) return [];
  const ratePerSecond = accepted > 0 ? acceptedPerSecond : fillPerSecond;
  const clients = stage.clients({ count, ratePerSecond, ...staysConnected(stage) });
  const areThere = await stage.until(
    () => {
      const { states, acceptQueues } = stage.sample('server');
      const inPlace = (acceptQueues[0]?.length ?? 0) === waiting && (states.ESTABLISHED ?? 0) === count;
      return inPlace && clientsOnWire(stage).length === count;
    },
    5000 + (2000 * count) / ratePerSecond,
  );
  if (!areThere)
    stage.tell(
      `the first ${count} clients are not where they should be: does the server defer its accept()?`,
    );
  else if (waiting > 0)
    stage.tell(`${waiting} of ${acceptQueueCapacity(limit)} places in the queue are taken`);
  stage.recorder.restart();
  return [clients];
}

const fillPerSecond = 2000;
/** Each finds the queue empty, however short it is. */
const acceptedPerSecond = 20;

export function startClients(stage: Stage, plan: OverflowPlan): Clients {
  const ratePerSecond = stage.number('arrivalsPerSecond');
  const count = stage.number('senders');
  if (!isStream(plan.cause))
    return stage.clients({ count, ratePerSecond, keepOutcomes: true, ...staysConnected(stage) });
  const each = { ...comesAndGoes(stage), keepOutcomes: true };
  if (plan.cause !== 'burst') return stage.clients({ count: plan.startsMs.length, ratePerSecond, ...each });
  const repeats = Math.ceil(streamMs(stage.values) / plan.burstEveryMs);
  return stage.clients({ count, repeatEveryMs: plan.burstEveryMs, repeats, ...each });
}

/** Reads until the server closes, which it does not, so that a reset is noticed. */
function staysConnected(stage: Stage): Partial<ClientsOptions> {
  return { receiveUntilClose: true, ...whatItSends(stage) };
}

function comesAndGoes(stage: Stage): Partial<ClientsOptions> {
  return { close: 'fin', ...whatItSends(stage) };
}

function whatItSends(stage: Stage): Partial<ClientsOptions> {
  return stage.text('client') === 'sends' ? { sendBytes: sentBytes } : {};
}
