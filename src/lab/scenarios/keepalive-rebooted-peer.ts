import { keepaliveModel } from '../../tcp/model/keepalive.ts';
import { keepaliveTimeline } from '../../tcp/model/keepalive-timeline.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import { portSetting } from '../link-settings.ts';
import type { ProbeResult } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkEnd } from './timers/check-end.ts';
import { doctorWatchesUntil } from './timers/doctor-watches-until.ts';
import { follow } from './timers/follow.ts';
import { arrivesMs, type IdleConnection, onTimeline, openIdleConnection } from './timers/idle-connection.ts';
import { keepaliveText, probesOf } from './timers/keepalive-packets.ts';
import {
  keepaliveInputs,
  keepaliveOptions,
  keepaliveSettings,
  keepaliveSysctls,
} from './timers/keepalive-settings.ts';
import { delaySetting, rttMsOf } from './timers/path.ts';
import { reboot } from './timers/reboot.ts';
import { together } from './timers/together.ts';

/** The peer is there again, but its memory is not: the first probe is answered with RST. */
export const keepaliveRebootedPeer: Scenario = {
  name: 'keepalive-rebooted-peer',
  purpose:
    'The peer of an idle connection has rebooted: the first keepalive probe gets a RST, the application ECONNRESET.',
  settings: [
    ...keepaliveSettings,
    {
      name: 'service',
      meaning: 'whether something listens on the port after the reboot',
      unit: '',
      default: 'started',
      choices: ['started', 'not-started'],
    },
    portSetting,
    ...delaySetting,
  ],
  sysctls: keepaliveSysctls,
  predict: (values, { kernel }) =>
    keepaliveModel.predict({ ...values, SO_KEEPALIVE: 1, peer: 'rebooted', rttMs: rttMsOf(values) }, kernel),
  findings: () => ({
    expected: [],
    forbidden: ['dead-peers', 'no-keepalive', 'connect-refused', 'connect-timeouts', 'retransmissions'],
  }),
  play: async (stage, values) => {
    const endMs = stage.prediction?.outcome.latestMs ?? 0;
    const options = { options: keepaliveOptions(values), watchMs: endMs + 1000 };
    const { probe, listener } = await openIdleConnection(stage, options);
    const [result] = await together(
      follow(stage, probe, keepaliveText),
      rebootAndDiagnose(stage, values, listener, endMs),
    );
    stage.tell(`the application is told ${result.error?.errno ?? 'nothing'}`);
    check(stage, values, result);
  },
};

async function rebootAndDiagnose(
  stage: Stage,
  values: SettingValues,
  listener: IdleConnection['listener'],
  endMs: number,
): Promise<void> {
  const service = values.service === 'started' ? 'started' : 'not-started';
  await reboot(stage, listener, service, keepaliveInputs(values, stage.situation.kernel).idleMs);
  await doctorWatchesUntil(stage, 'client', endMs + 300);
}

function check(stage: Stage, values: SettingValues, result: ProbeResult): void {
  const { prediction } = stage;
  if (prediction === null) return;
  const { error } = result;
  const end = error && { errno: error.errno, atMs: onTimeline(stage, result, error.atMs) };
  const events = checkEnd(stage, 'the application is told', prediction, end ?? undefined);
  const packets = stage.drawnPackets();
  stage.checkEvents(
    'probe',
    events.filter(({ what }) => what === 'probe'),
    probesOf(packets).map(({ atMs }) => atMs),
  );
  stage.checkEvents(
    'RST of the server',
    events.filter(({ what }) => what === 'RST'),
    packets
      .filter(({ from, flags }) => from === 'server' && flags.startsWith('R'))
      .map((reset) => arrivesMs(values, reset)),
  );
  const counters = stage.counters('client');
  stage.checkExact('TcpExt.TCPKeepAlive', 1, counters('TcpExt.TCPKeepAlive'), 'probes');
  stage.checkExact('Tcp.EstabResets', 1, counters('Tcp.EstabResets'), 'connections');
  stage.checkExact('TcpExt.TCPAbortOnTimeout', 0, counters('TcpExt.TCPAbortOnTimeout'), 'connections');
  stage.metric('time until the application knows', Math.round(end?.atMs ?? 0), 'ms', 'less');
  const silentPeerMs = keepaliveTimeline(keepaliveInputs(values, stage.situation.kernel)).end.atMs;
  stage.metric('time it would take with a silent peer', silentPeerMs, 'ms', 'neither');
}
