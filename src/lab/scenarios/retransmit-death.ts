import type { Prediction } from '../../tcp/prediction.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import { kernelSetting } from '../kernel-setting.ts';
import { portSetting } from '../link-settings.ts';
import type { Scenario } from '../scenario.ts';
import type { Situation } from '../situation.ts';
import type { Stage } from '../stage/stage.ts';
import { doctorMomentAfterWrite } from './timers/doctor-moment.ts';
import { doctorWatchesUntil } from './timers/doctor-watches-until.ts';
import { follow } from './timers/follow.ts';
import { openIdleConnection } from './timers/idle-connection.ts';
import { keepaliveSettings, keepaliveSysctls } from './timers/keepalive-settings.ts';
import { delaySetting } from './timers/path.ts';
import { refuseLate } from './timers/refuse-late.ts';
import { shifted } from './timers/shift.ts';
import { socketOptions } from './timers/socket-options.ts';
import { together } from './timers/together.ts';
import { checkUnacknowledged, dataOf, dataText, predictUnacknowledgedData } from './timers/unacknowledged.ts';
import { reachesTheLink, type Vanishing, vanish, vanishings } from './timers/vanish.ts';

/** Data in a firewall that drops on this host never counts as sent: the kernel probes then, as before a closed window. */
const ways = vanishings.filter(reachesTheLink);
const writeAtMs = 1000;
const bytes = 5;

/** The peer is gone while data waits for its ACK: the kernel sends it again, and again, and then gives up. */
export const retransmitDeath: Scenario = {
  name: 'retransmit-death',
  purpose: 'Data that nobody acknowledges: when it is sent again, and when the application is told.',
  settings: [
    kernelSetting('tcp_retries2', { default: 3, max: 12 }),
    kernelSetting('tcp_rto_max_ms', { default: 120_000 }),
    kernelSetting('TCP_USER_TIMEOUT', { default: 0, max: 600_000 }),
    kernelSetting('SO_KEEPALIVE', { default: 0 }),
    ...keepaliveSettings,
    { name: 'how', meaning: 'what becomes of the data', unit: '', default: 'drop', choices: ways },
    portSetting,
    ...delaySetting,
  ],
  sysctls: {
    ...keepaliveSysctls,
    'net.ipv4.tcp_retries2': 3,
    'net.ipv4.tcp_rto_max_ms': 120_000,
    'net.ipv4.tcp_early_retrans': 3,
    'net.ipv4.tcp_rto_min_us': 200_000,
    // Otherwise an earlier connection's round trip decides the RTO of a later one (tcp_init_metrics()).
    'net.ipv4.tcp_no_metrics_save': 1,
  },
  predict: (values, situation) => shifted(predictFromWrite(values, situation), writeMoment),
  findings: (values, situation) => ({
    expected: doctorMomentAfterWrite(predictFromWrite(values, situation)).sees ? ['dead-peers'] : [],
    forbidden: ['no-keepalive', 'connect-timeouts', 'connect-refused', 'paws-rejections'],
  }),
  play: async (stage, values) => {
    const watchMs = (stage.prediction?.outcome.latestMs ?? 0) + 1500;
    const options = socketOptions(values, [
      'SO_KEEPALIVE',
      'TCP_KEEPIDLE',
      'TCP_KEEPINTVL',
      'TCP_KEEPCNT',
      'TCP_USER_TIMEOUT',
    ]);
    const steps = [{ atMs: writeAtMs, do: 'send', bytes } as const];
    const { probe } = await openIdleConnection(stage, { options, steps, watchMs });
    const [result] = await together(follow(stage, probe, dataText), vanishAndDiagnose(stage, values));
    stage.tell(`the application is told ${result.error?.errno ?? 'nothing'}`);
    const sent = dataOf(stage.drawnPackets(), result.localPort);
    const knowsMs = checkUnacknowledged(stage, predictFromWrite(values, stage.situation), result, sent);
    const resets = stage.drawnPackets().filter(({ flags }) => flags.startsWith('R'));
    stage.checkExact('RST at the end', 0, resets.length, 'segments');
    stage.metric('time until the application knows', Math.round(knowsMs ?? 0), 'ms', 'less');
    stage.metric('times the data was sent', sent.length, 'segments', 'neither');
  },
};

const writeMoment = { atMs: writeAtMs, latestMs: writeAtMs };

function predictFromWrite(values: SettingValues, situation: Situation): Prediction {
  return predictUnacknowledgedData(values, values.how === 'drop' ? 'silent' : String(values.how), situation);
}

async function vanishAndDiagnose(stage: Stage, values: SettingValues): Promise<void> {
  await vanish(stage, values.how as Vanishing);
  refuseLate(stage, writeAtMs, 'the peer was gone');
  const { atMs } = doctorMomentAfterWrite(predictFromWrite(values, stage.situation));
  await doctorWatchesUntil(stage, 'client', writeAtMs + atMs);
}
