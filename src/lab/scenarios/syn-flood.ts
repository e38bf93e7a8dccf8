import { settled } from '../../base/settled.ts';
import { numberOf } from '../../tcp/setting.ts';
import { forgedPrefix } from '../forged-syns.ts';
import { kernelSetting } from '../kernel-setting.ts';
import type { LabProcess } from '../lab-process.ts';
import { portSetting } from '../link-settings.ts';
import type { SpoofDone, SpoofReady } from '../programs/options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkAffected } from './queues/check-affected.ts';
import { checkRange } from './queues/check-range.ts';
import { type ClientOnWire, clientsOnWire, drawClient } from './queues/client-on-wire.ts';
import { outcomeOf, queueMetrics } from './queues/queue-metrics.ts';
import { queueSetting, queueSysctls } from './queues/queue-settings.ts';
import { higher, watchQueues } from './queues/watch-queues.ts';
import { checkFloodCounters, checkOptions } from './syn-flood/flood-checks.ts';
import { floodFindings, planFlood, predictFlood } from './syn-flood/flood-plan.ts';

/** Forged SYNs fill the SYN queue: whether real clients still get in, and what their connections lose. */
export const synFlood: Scenario = {
  name: 'syn-flood',
  purpose: 'SYNs from forged addresses fill the SYN queue: who still gets in, with cookies and without.',
  settings: [
    {
      name: 'packetsPerSecond',
      meaning: 'forged SYNs a second; 0: as fast as possible',
      unit: '',
      default: 2000,
      min: 0,
      max: 1_000_000,
    },
    {
      name: 'floodMs',
      meaning: 'how long the flood lasts',
      unit: 'ms',
      default: 5000,
      min: 3000,
      max: 60_000,
    },
    queueSetting.syncookies(),
    queueSetting.backlog({ default: 64 }),
    queueSetting.somaxconn(),
    queueSetting.maxSynBacklog(),
    kernelSetting('tcp_timestamps', { default: 1, max: 1 }),
    queueSetting.senders({ default: 20, meaning: 'real clients' }),
    queueSetting.arrivalsPerSecond({ default: 20, meaning: 'how fast the real clients come' }),
    queueSetting.synRetries(),
    queueSetting.linearTimeouts(),
    queueSetting.synAckRetries(5),
    portSetting,
    queueSetting.delayMs(),
  ],
  sysctls: { ...queueSysctls, 'net.ipv4.tcp_synack_retries': 5 },
  crowd: (values) => ({
    networks: [0x0a5b, 0xfd91],
    share: drawnShare(numberOf(values, 'packetsPerSecond')),
  }),
  predict: (values, { kernel }) => predictFlood(values, kernel, planFlood(values, kernel)),
  findings: (values, { kernel }) => floodFindings(values, planFlood(values, kernel)),
  play: async (stage, values) => {
    const plan = planFlood(values, stage.situation.kernel);
    const listener = await stage.listen({ backlog: stage.number('backlog'), read: true });
    stage.limit('server SYN_RECV', plan.room);
    const flood = await startFlood(stage);
    const filling = await watchQueues(
      stage,
      plan.clientsAfterMs,
      () => (stage.sample('server').states.SYN_RECV ?? 0) >= plan.synRecv[0],
    );
    const doctor = stage.diagnose(
      'server',
      Math.min(stage.number('floodMs') - plan.clientsAfterMs - 500, 5000),
    );
    const clients = stage.clients({
      count: stage.number('senders'),
      ratePerSecond: stage.number('arrivalsPerSecond'),
      receiveUntilClose: true,
      sendBytes: 100,
      keepOutcomes: true,
    });
    stage.tell(`${stage.number('senders')} real clients come`);
    const lasting = await watchQueues(stage, stage.number('floodMs') + 5000, settled(flood.done));
    const flooded = await flood.done;
    await stage.wait(stage.number('delayMs') + 100); // The last ones are still under way.
    stage.tell(`the flood is over: ${Math.round(flooded.packetsPerSecond)} SYNs a second`);
    const peaks = higher(filling, lasting);
    const real = realClients(stage);
    const realSyns = real.reduce((sum, { syns }) => sum + syns.length, 0);
    checkFloodCounters(stage, plan, peaks, flooded, realSyns);
    checkOptions(stage, plan);
    // A packet of a real client may be among those that a fast flood makes the receiver lose.
    if (real[0] && !plan.isFast) checkAffected(stage, plan.firstClient, drawClient(stage, real[0]));
    await doctor;
    await clients.stop();
    const done = await clients.done;
    checkRange(stage, 'real clients whose connect() succeeded', plan.connected, {
      measured: done.outcomes.filter(({ connectedAtMs }) => connectedAtMs !== null).length,
      unit: 'clients',
      why: plan.isFast
        ? 'so many packets may keep the processor from everything else'
        : 'a place that becomes free goes to whoever comes next',
    });
    await listener.stop();
    queueMetrics(stage, outcomeOf([done], (await listener.done).accepted));
    stage.metric('most half-open connections', peaks.synRecv, 'connections', 'neither');
    stage.metric('forged SYNs', Math.round(flooded.packetsPerSecond), 'a second', 'neither');
  },
};

/** Enough of them to see what they look like. */
function drawnShare(packetsPerSecond: number): number {
  return packetsPerSecond === 0 ? 0.0001 : Math.min(1, 10 / packetsPerSecond);
}

async function startFlood(stage: Stage): Promise<LabProcess<SpoofReady, SpoofDone>> {
  const [perSecond, floodMs] = [stage.number('packetsPerSecond'), stage.number('floodMs')];
  const flood = stage.forgeSyns({
    count: perSecond === 0 ? Number.MAX_SAFE_INTEGER : Math.round((perSecond * floodMs) / 1000),
    maxMs: floodMs + 1000,
    ...(perSecond === 0 ? { maxMs: floodMs } : { ratePerSecond: perSecond }),
  });
  await flood.ready;
  stage.setOrigin(performance.timeOrigin + performance.now());
  stage.tell(
    `SYNs from ${forgedPrefix[stage.family]} begin, ${perSecond === 0 ? 'as fast as possible' : `${perSecond} a second`}`,
  );
  return flood;
}

/** Those whose address is the client's own. */
function realClients(stage: Stage): readonly ClientOnWire[] {
  return clientsOnWire(stage).filter(({ address }) => address === stage.clientAddress);
}
