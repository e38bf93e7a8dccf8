import { plural } from '../../base/units.ts';
import { keepaliveModel } from '../../tcp/model/keepalive.ts';
import type { KernelVersion } from '../../tcp/model/kernel-version.ts';
import type { Prediction } from '../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import { portSetting } from '../link-settings.ts';
import type { ProbeResult } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Stage } from '../stage/stage.ts';
import { checkEnd } from './timers/check-end.ts';
import { follow } from './timers/follow.ts';
import { arrivesMs, openIdleConnection } from './timers/idle-connection.ts';
import { answersOf, keepaliveText, probesOf } from './timers/keepalive-packets.ts';
import {
  answeredRounds,
  keepaliveInputs,
  keepaliveOptions,
  keepaliveSettings,
  keepaliveSysctls,
} from './timers/keepalive-settings.ts';
import { delaySetting, rttMsOf } from './timers/path.ts';
import { together } from './timers/together.ts';

/** An idle connection between two hosts that live: a probe and its answer now and then, and nobody is told anything. */
export const keepaliveAlive: Scenario = {
  name: 'keepalive-alive',
  purpose:
    'Keepalive on an idle connection whose peer lives: an empty probe and its answer, again and again.',
  settings: [
    ...keepaliveSettings,
    { name: 'rounds', meaning: 'probes to wait for', unit: '', default: 3, min: 1, max: 50 },
    portSetting,
    ...delaySetting,
  ],
  sysctls: keepaliveSysctls,
  predict: (values, { kernel }) => predict(values, kernel),
  findings: () => ({
    expected: [],
    forbidden: ['dead-peers', 'no-keepalive', 'retransmissions', 'connect-timeouts', 'connect-refused'],
  }),
  play: async (stage, values) => {
    const lastsMs = (stage.prediction?.events.at(-1)?.latestMs ?? 0) + 300;
    const { probe } = await openIdleConnection(stage, {
      options: keepaliveOptions(values),
      watchMs: lastsMs,
    });
    const windowMs = Math.min(4000, lastsMs - 500);
    const [result] = await together(
      follow(stage, probe, keepaliveText),
      stage.at(lastsMs - 300 - windowMs).then(() => stage.diagnose('client', windowMs)),
    );
    check(stage, values, result);
  },
};

function predict(values: SettingValues, kernel: KernelVersion): Prediction {
  const model = keepaliveModel.predict({ ...values, peer: 'alive', rttMs: rttMsOf(values) }, kernel);
  const { events } = answeredRounds(keepaliveInputs(values, kernel), numberOf(values, 'rounds'));
  return { ...model, events };
}

function check(stage: Stage, values: SettingValues, result: ProbeResult): void {
  const { prediction } = stage;
  if (prediction === null) return;
  const packets = stage.drawnPackets();
  const rounds = stage.number('rounds');
  // The close at the end is ours, and so is what answers it.
  const probes = probesOf(packets).slice(0, rounds);
  const answers = answersOf(packets).slice(0, rounds);
  const events = checkEnd(stage, 'the application is told', prediction, result.error ?? undefined);
  stage.checkEvents(
    'probe',
    events.filter(({ what }) => what === 'probe'),
    probes.map(({ atMs }) => atMs),
  );
  stage.checkEvents(
    'answer',
    events.filter(({ what }) => what === 'ACK'),
    answers.map((answer) => arrivesMs(values, answer)),
  );
  stage.checkExact('state of the client at the end', 'ESTABLISHED', result.stateAtEnd ?? 'closed');
  checkCounters(stage, probes.length);
  stage.conclude(
    `${answers.length} of ${plural(probes.length, 'probe')} answered, and the connection is ${result.stateAtEnd ?? 'closed'} in the end`,
  );
  stage.metric('probes', probes.length, 'segments', 'neither');
}

/** A probe is no retransmission, and no timeout either. */
function checkCounters(stage: Stage, probes: number): void {
  const counters = stage.counters('client');
  stage.checkExact('TcpExt.TCPKeepAlive', probes, counters('TcpExt.TCPKeepAlive'), 'probes');
  stage.checkExact('TcpExt.TCPTimeouts', 0, counters('TcpExt.TCPTimeouts'), 'timeouts');
  stage.checkExact('Tcp.RetransSegs', 0, counters('Tcp.RetransSegs'), 'segments');
}
