import type { LabProcess } from '../lab-process.ts';
import { addAddresses } from '../link.ts';
import { portSetting } from '../link-settings.ts';
import type { ClientsDone, ClientsReady, ListenerDone, ListenerReady } from '../programs/options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkStorm, checkStormDoctor } from './heartbeats/storm-checks.ts';
import {
  doctorFromMs,
  planStorm,
  predictStorm,
  type StormPlan,
  stormFindings,
  stormWindowMs,
} from './heartbeats/storm-plan.ts';
import { clientsOnWire, drawClient } from './queues/client-on-wire.ts';
import { outcomeOf, queueMetrics } from './queues/queue-metrics.ts';
import { queueSetting, queueSysctls } from './queues/queue-settings.ts';
import { originAtClient, watchQueues } from './queues/watch-queues.ts';

const prefixes = {
  ipv4: { senders: '10.92.0.0/16', collectors: '10.93.0.0/16' },
  ipv6: { senders: 'fd92::/64', collectors: 'fd93::/64' },
} as const;

/** Hundreds of hosts connect every second only to see whether the log collector is there, and crowd out those with something to say. */
export const heartbeatStorm: Scenario = {
  name: 'heartbeat-storm',
  purpose:
    'Hundreds of senders connect every second without sending anything: what slower beats, more collectors or a longer queue change.',
  settings: [
    queueSetting.senders({ default: 300, max: 2000, meaning: 'senders, each with an address of its own' }),
    {
      name: 'heartbeatMs',
      meaning: 'how often each of them connects and closes',
      unit: 'ms',
      default: 1000,
      min: 100,
      max: 60_000,
    },
    {
      name: 'collectors',
      meaning: 'servers that share the senders evenly',
      unit: '',
      default: 1,
      min: 1,
      max: 8,
    },
    {
      name: 'acceptsPerSecond',
      meaning: 'how fast each of them accepts',
      unit: '',
      default: 100,
      min: 1,
      max: 5000,
    },
    queueSetting.backlog({ default: 64 }),
    queueSetting.somaxconn(),
    queueSetting.syncookies(),
    {
      name: 'watchMs',
      meaning: 'how long it is watched',
      unit: 'ms',
      default: 6000,
      min: 4000,
      max: 120_000,
    },
    portSetting,
    queueSetting.delayMs(),
  ],
  sysctls: queueSysctls,
  predict: (values, { kernel }) => predictStorm(values, kernel, planStorm(values, kernel)),
  findings: (values, { kernel }) => stormFindings(values, planStorm(values, kernel)),
  play: async (stage, values) => {
    const plan = planStorm(values, stage.situation.kernel);
    const collectors = await startCollectors(stage);
    stage.limit('server accept queue', plan.limit * collectors.length);
    const senders = startSenders(stage, plan, collectors);
    await originAtClient(stage, 0);
    stage.tell(
      `${stage.number('senders')} senders connect every ${stage.number('heartbeatMs')} ms and close again`,
    );
    await watchQueues(stage, doctorFromMs);
    const doctor = stage.diagnose('server', stormWindowMs(values));
    const peaks = await watchQueues(stage, stage.number('watchMs'));
    const done = await Promise.all(senders.map(stopped));
    await stage.wait(100); // What is under way arrives, and is captured.
    const onWire = clientsOnWire(stage);
    checkStorm(stage, plan, peaks, onWire);
    const dropped = onWire.find(({ synAcks }) => synAcks.length === 0) ?? onWire[0];
    if (dropped) drawClient(stage, dropped);
    checkStormDoctor(stage, plan, await doctor);
    const accepted = (await Promise.all(collectors.map(({ program }) => stopped(program)))).reduce(
      (sum, one) => sum + one.accepted,
      0,
    );
    queueMetrics(stage, outcomeOf(done, accepted));
  },
};

interface Collector {
  readonly address: string;
  readonly program: LabProcess<ListenerReady, ListenerDone>;
}

/** Each on an address of its own, as if it were another host. */
async function startCollectors(stage: Stage): Promise<readonly Collector[]> {
  const { a, b } = stage.link;
  const more = addAddresses(b, a, prefixes[stage.family].collectors, stage.number('collectors') - 1);
  const acceptEveryMs = 1000 / stage.number('acceptsPerSecond');
  const collectors: Collector[] = [];
  for (const address of [stage.serverAddress, ...more]) {
    const options = {
      backlog: stage.number('backlog'),
      mode: 'slow-accept',
      acceptEveryMs,
      read: true,
    } as const;
    collectors.push({ address, program: await stage.listen({ address, ...options }) });
  }
  const each = collectors.length === 1 ? 'the collector accepts' : `${collectors.length} collectors accept`;
  stage.tell(
    `${each} ${stage.number('acceptsPerSecond')} connections a second${collectors.length === 1 ? '' : ' each'}`,
  );
  return collectors;
}

function startSenders(
  stage: Stage,
  plan: StormPlan,
  collectors: readonly Collector[],
): readonly LabProcess<ClientsReady, ClientsDone>[] {
  const { a, b } = stage.link;
  const addresses = addAddresses(a, b, prefixes[stage.family].senders, stage.number('senders'));
  const repeatEveryMs = stage.number('heartbeatMs');
  return collectors.map(({ address }, i) => {
    const from = addresses.filter((_, n) => n % collectors.length === i);
    const { giveUpAfterMs } = plan;
    const ratePerSecond = (1000 * from.length) / repeatEveryMs;
    return stage.clients({
      to: address,
      count: from.length,
      from,
      ratePerSecond,
      repeatEveryMs,
      giveUpAfterMs,
      close: 'fin',
      keepOutcomes: true,
    });
  });
}

async function stopped<Done>(program: LabProcess<unknown, Done>): Promise<Done> {
  await program.stop();
  return program.done;
}
