import type { LabPacket } from '../../tcp/lab-run.ts';
import { keepaliveModel } from '../../tcp/model/keepalive.ts';
import { type KeepaliveInputs, keepaliveTimeline } from '../../tcp/model/keepalive-timeline.ts';
import type { Prediction } from '../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import { kernelSetting } from '../kernel-setting.ts';
import { portSetting } from '../link-settings.ts';
import type { ProbeResult } from '../programs/probes-options.ts';
import type { Scenario } from '../scenario.ts';
import type { Situation } from '../situation.ts';
import type { Stage } from '../stage/stage.ts';
import { checkEnd, checkEndOnTimeline } from './timers/check-end.ts';
import { doctorMomentInSilence } from './timers/doctor-moment.ts';
import { doctorWatchesUntil } from './timers/doctor-watches-until.ts';
import { follow } from './timers/follow.ts';
import { arrivesMs, onTimeline, openIdleConnection } from './timers/idle-connection.ts';
import { answersOf, keepaliveText, probesOf } from './timers/keepalive-packets.ts';
import {
  answeredRounds,
  asSettings,
  keepaliveInputs,
  keepaliveOptions,
  keepaliveSettings,
  keepaliveSysctls,
  silentAfter,
} from './timers/keepalive-settings.ts';
import { delaySetting, rttMsOf } from './timers/path.ts';
import { shifted } from './timers/shift.ts';
import { together } from './timers/together.ts';
import { answersWithIcmp, reachesTheLink, type Vanishing, vanish, vanishings } from './timers/vanish.ts';

/** The peer is gone without a word: keepalive finds out, and ends the connection with ETIMEDOUT and a RST that nobody hears. */
export const keepaliveDeadPeer: Scenario = {
  name: 'keepalive-dead-peer',
  purpose: 'The peer of an idle connection vanishes: unanswered keepalive probes, then ETIMEDOUT and a RST.',
  settings: [
    ...keepaliveSettings,
    kernelSetting('TCP_USER_TIMEOUT', { default: 0, max: 600_000 }),
    {
      name: 'answeredProbes',
      meaning: 'probes that are still answered before it vanishes',
      unit: '',
      default: 1,
      min: 0,
      max: 20,
    },
    { name: 'how', meaning: 'what becomes of the probes', unit: '', default: 'drop', choices: vanishings },
    portSetting,
    ...delaySetting,
  ],
  sysctls: keepaliveSysctls,
  predict: (values, situation) => {
    const inputs = keepaliveInputs(values, situation.kernel);
    const { events, lastWord } = answeredRounds(inputs, rounds(values));
    return shifted(predictSilence(values, situation), lastWord, events);
  },
  findings: (values, situation) => ({
    expected: doctorMomentInSilence(silence(values, situation)).sees ? ['dead-peers'] : [],
    forbidden: ['no-keepalive', 'retransmissions', 'connect-timeouts', 'connect-refused'],
  }),
  play: async (stage, values) => {
    const watchMs = (stage.prediction?.outcome.latestMs ?? 0) + 1000;
    const { probe } = await openIdleConnection(stage, { options: keepaliveOptions(values), watchMs });
    const [result, lastWordMs] = await together(follow(stage, probe, keepaliveText), play(stage, values));
    stage.tell(`the application is told ${result.error?.errno ?? 'nothing'}`);
    check(stage, values, result, lastWordMs);
  },
};

function rounds(values: SettingValues): number {
  return numberOf(values, 'answeredProbes');
}

function silence(values: SettingValues, { kernel }: Situation): KeepaliveInputs {
  return silentAfter(keepaliveInputs(values, kernel), rounds(values));
}

/** From the last word of the peer on, as far as it gets onto the link. */
function predictSilence(values: SettingValues, situation: Situation): Prediction {
  const prediction = probing(values, situation);
  if (reachesTheLink(values.how as Vanishing)) return prediction;
  const because = [...prediction.because, 'Nothing of it reaches the link: it is stopped on this host.'];
  return { ...prediction, events: [], because };
}

function probing(values: SettingValues, situation: Situation): Prediction {
  const { kernel, family } = situation;
  const how = values.how as Vanishing;
  const peer = how === 'link-down' ? how : answersWithIcmp(how) ? 'icmp-unreachable' : 'silent';
  return keepaliveModel.predict(
    {
      ...asSettings(values, silence(values, situation)),
      SO_KEEPALIVE: 1,
      peer,
      family,
      rttMs: rttMsOf(values),
    },
    kernel,
  );
}

/** Resolves with the moment of the peer's last word. */
async function play(stage: Stage, values: SettingValues): Promise<number> {
  const lastWordMs = await lastWord(stage, values);
  await vanish(stage, values.how as Vanishing);
  refuseTooLate(stage, rounds(values));
  const doctor = doctorMomentInSilence(silence(values, stage.situation));
  await doctorWatchesUntil(stage, 'client', lastWordMs + doctor.atMs);
  return lastWordMs;
}

/** With no answered probe it was the SYN-ACK, at the origin. */
async function lastWord(stage: Stage, values: SettingValues): Promise<number> {
  const count = rounds(values);
  if (count === 0) return 0;
  const nth = (): LabPacket | undefined => answersOf(stage.drawnPackets())[count - 1];
  const inTime = await stage.until(() => nth() !== undefined, 2 * lastAnswerMs(stage) + 5000);
  const answer = nth();
  if (!inTime || answer === undefined)
    throw new Error(`only ${answersOf(stage.drawnPackets()).length} probes were answered`);
  await stage.at(arrivesMs(values, answer) + 50);
  return arrivesMs(values, answer);
}

/** A probe comes at least a second later; where the rule takes longer than that, nothing after it is what was meant. */
function refuseTooLate(stage: Stage, planned: number): void {
  const answered = answersOf(stage.drawnPackets()).length;
  if (answered === planned) return;
  throw new Error(
    `this machine is too busy: ${answered} probes were answered before the peer was gone, not ${planned}`,
  );
}

function lastAnswerMs({ prediction }: Stage): number {
  return prediction?.events.findLast(({ what }) => what === 'ACK')?.latestMs ?? 0;
}

function check(stage: Stage, values: SettingValues, result: ProbeResult, lastWordMs: number): void {
  const how = values.how as Vanishing;
  const packets = stage.drawnPackets();
  const probes = probesOf(packets);
  const predicted = (stage.prediction?.events ?? []).slice(0, 2 * rounds(values));
  stage.checkEvents(
    'answered probe',
    predicted.filter(({ what }) => what === 'probe'),
    probes.slice(0, rounds(values)).map(({ atMs }) => atMs),
  );
  // What comes then is measured from the peer's last word on, so that the lateness of the timers before does not count.
  const inSilence = predictSilence(values, stage.situation);
  const { error } = result;
  const end = error && { errno: error.errno, atMs: onTimeline(stage, result, error.atMs) - lastWordMs };
  const events = checkEnd(stage, 'the application is told', inSilence, end ?? undefined);
  checkEndOnTimeline(stage, end ? end.atMs + lastWordMs : undefined);
  const since = (some: readonly LabPacket[]): number[] => some.map(({ atMs }) => atMs - lastWordMs);
  stage.checkEvents('unanswered probe', of(events, 'probe'), since(probes.slice(rounds(values))));
  stage.checkEvents('RST', of(events, 'RST'), since(packets.filter(({ flags }) => flags.startsWith('R'))));
  checkCounters(stage, values, how);
  stage.metric('time until the application knows', Math.round(end?.atMs ?? 0), 'ms', 'less');
}

function of(events: Prediction['events'], what: 'probe' | 'RST'): Prediction['events'] {
  return events.filter((event) => event.what === what);
}

/** kernel-facts 6: probes are counted whether they leave or not; ICMP in answer to them is out of the window. */
function checkCounters(stage: Stage, values: SettingValues, how: Vanishing): void {
  const counters = stage.counters('client');
  const { probes: timeline } = keepaliveTimeline(silence(values, stage.situation));
  const unanswered = timeline.length;
  const probes = rounds(values) + unanswered;
  stage.checkExact('TcpExt.TCPKeepAlive', probes, counters('TcpExt.TCPKeepAlive'), 'probes');
  stage.checkExact('TcpExt.TCPAbortOnTimeout', 1, counters('TcpExt.TCPAbortOnTimeout'), 'connections');
  stage.checkExact('Tcp.EstabResets', 1, counters('Tcp.EstabResets'), 'connections');
  const ignored = answersWithIcmp(how) ? unanswered : 0;
  stage.checkExact('TcpExt.OutOfWindowIcmps', ignored, counters('TcpExt.OutOfWindowIcmps'), 'messages');
}
