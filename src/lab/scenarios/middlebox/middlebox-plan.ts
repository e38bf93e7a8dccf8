/** What happens to an idle flow through a firewall that forgets it: which segment is the first it does not know any more. */
import { usageError } from '../../../base/errors.ts';
import { keepaliveModel } from '../../../tcp/model/keepalive.ts';
import { type KeepaliveInputs, keepaliveTimeline } from '../../../tcp/model/keepalive-timeline.ts';
import { eventAt, never } from '../../../tcp/model/model.ts';
import type { Moment } from '../../../tcp/model/timer-wheel.ts';
import type { PredictedEvent, Prediction } from '../../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { Situation } from '../../situation.ts';
import { answeredRounds, asSettings, keepaliveInputs, silentAfter } from '../timers/keepalive-settings.ts';
import { rttMsOf } from '../timers/path.ts';
import { shifted } from '../timers/shift.ts';
import { predictUnacknowledgedData } from '../timers/unacknowledged.ts';

/**
 * - passes: the flow is still known when the application writes
 * - lost-write: the application's data is the first to be dropped, or comes while keepalive probes are being dropped
 * - lost-probe: keepalive probes are, and end the connection before the application writes
 */
export type MiddleboxEnd = 'passes' | 'lost-write' | 'lost-probe';

export interface MiddleboxPlan {
  readonly end: MiddleboxEnd;
  /** Probes that are answered, and the last word of the peer with them. */
  readonly answered: readonly PredictedEvent[];
  readonly lastWord: Moment;
  /** What keepalive does from there on if nothing is answered any more. */
  readonly silent: KeepaliveInputs;
  /** Probes that the firewall drops before the write. */
  readonly lostProbes: readonly PredictedEvent[];
  /** Time 0 is the moment the connection is open. */
  readonly prediction: Prediction;
  /** From the write (lost-write) or from `lastWord` (lost-probe); null: nothing is lost. */
  readonly failure: Prediction | null;
}

/** So near to the firewall's timeout it is left to chance who is first. */
const marginMs = 150;

export function middleboxPlan(values: SettingValues, situation: Situation): MiddleboxPlan {
  const inputs = keepaliveInputs(values, situation.kernel);
  const hasKeepalive = numberOf(values, 'SO_KEEPALIVE') > 0;
  const writeMs = numberOf(values, 'idleS') * 1000;
  const answers = hasKeepalive ? answeredBefore(values, inputs, writeMs) : 0;
  const { events: answered, lastWord } = answeredRounds(inputs, answers);
  const silent = silentAfter(inputs, answers);
  const before = { answered, lastWord, silent };
  const silence = hasKeepalive ? keepaliveTimeline(silent) : { probes: [], end: null };
  const end = silence.end && after(lastWord, silence.end);
  const unanswered = silence.probes.map((probe) => after(lastWord, probe));
  const probes = unanswered.filter(({ atMs }) => atMs < writeMs);
  const silentMs = answers === 0 ? writeMs : writeMs - lastWord.atMs + rttMsOf(values);
  if (probes.length === 0 && !isForgotten(values, silentMs))
    return passes(before, values, situation, writeMs);
  refuseUnclear(values, unanswered, end, writeMs);
  const isOver = probes.length > 0 && (isReset(values) || (end !== null && end.latestMs < writeMs));
  return isOver
    ? lostProbe(before, values, situation)
    : lostWrite(before, probes, values, situation, writeMs);
}

type Before = Pick<MiddleboxPlan, 'answered' | 'lastWord' | 'silent'>;

function passes(
  before: Before,
  values: SettingValues,
  { kernel }: Situation,
  writeMs: number,
): MiddleboxPlan {
  const alive = keepaliveModel.predict({ ...values, peer: 'alive', rttMs: rttMsOf(values) }, kernel);
  const write = eventAt({ atMs: writeMs, latestMs: writeMs }, 'client', 'data');
  const prediction = {
    ...withInputs(alive, values),
    answer: 'The firewall still knows the flow when the application writes: the data arrives.',
    events: [...before.answered, write],
    outcome: never('ESTABLISHED'),
    because: [
      ...alive.because,
      'The firewall counts from the last packet of the flow, whichever way it went.',
    ],
  };
  return { ...before, end: 'passes', lostProbes: [], prediction, failure: null };
}

function lostWrite(
  before: Before,
  lost: readonly Moment[],
  values: SettingValues,
  situation: Situation,
  writeMs: number,
): MiddleboxPlan {
  const failure = predictUnacknowledgedData(values, isReset(values) ? 'rebooted' : 'silent', situation);
  const lostProbes = lost.map((probe) => eventAt(probe, 'client', 'probe'));
  const start = { atMs: writeMs, latestMs: writeMs };
  const events = [...before.answered, ...lostProbes];
  const prediction = forgotten(shifted(failure, start, events), values, 'the data');
  return { ...before, end: 'lost-write', lostProbes, prediction, failure };
}

function lostProbe(before: Before, values: SettingValues, { kernel, family }: Situation): MiddleboxPlan {
  const peer = isReset(values) ? 'rebooted' : 'silent';
  const silent = asSettings(values, before.silent);
  const failure = keepaliveModel.predict({ ...silent, peer, family, rttMs: rttMsOf(values) }, kernel);
  const prediction = forgotten(shifted(failure, before.lastWord, before.answered), values, 'a probe');
  return { ...before, end: 'lost-probe', lostProbes: [], prediction, failure };
}

function forgotten(prediction: Prediction, values: SettingValues, first: string): Prediction {
  const does = isReset(values) ? 'resets' : 'drops';
  return {
    ...withInputs(prediction, values),
    answer:
      `The firewall has forgotten the flow when ${first} comes, and ${does} it. ${prediction.answer ?? ''}`.trim(),
  };
}

function withInputs(prediction: Prediction, values: SettingValues): Prediction {
  const { middleboxTimeoutS = 0, idleS = 0, unknownFlow = '' } = values;
  return { ...prediction, inputs: { ...prediction.inputs, middleboxTimeoutS, idleS, unknownFlow } };
}

/** How many probes are answered before the write: all, or those before the one that finds the flow forgotten. */
function answeredBefore(values: SettingValues, inputs: KeepaliveInputs, writeMs: number): number {
  const [first, second] = answeredRounds(inputs, 2).events.filter(({ what }) => what === 'probe');
  if (first === undefined || second === undefined || first.atMs >= writeMs) return 0;
  if (isForgotten(values, first.atMs, first.latestMs)) return 0;
  // From the answer's way through the firewall to the next probe's.
  const gapMs = second.atMs - first.atMs;
  if (second.atMs < writeMs && isForgotten(values, gapMs, second.latestMs - first.latestMs)) return 1;
  return Math.floor((writeMs - first.atMs) / gapMs) + 1;
}

/** Throws when the timer's rounding decides. */
function isForgotten(values: SettingValues, silentMs: number, latestMs = silentMs): boolean {
  const timeoutMs = numberOf(values, 'middleboxTimeoutS') * 1000;
  if (silentMs >= timeoutMs + marginMs) return true;
  if (latestMs <= timeoutMs - marginMs) return false;
  throw unclear(`${Math.round(silentMs)} ms of silence and a firewall that forgets after ${timeoutMs} ms`);
}

function refuseUnclear(
  values: SettingValues,
  probes: readonly Moment[],
  end: Moment | null,
  writeMs: number,
): void {
  // The first one that is reset is the last.
  const moments = isReset(values) ? probes.slice(0, 1) : [...probes, ...(end ? [end] : [])];
  const close = moments.find(
    ({ atMs, latestMs }) => writeMs > atMs - marginMs && writeMs < latestMs + marginMs,
  );
  if (close) throw unclear(`a write at ${writeMs} ms and a keepalive timer of ${Math.round(close.atMs)} ms`);
}

function unclear(what: string): Error {
  return usageError(
    'predict the outcome of',
    what,
    'They are too near to each other: choose values further apart.',
  );
}

function isReset(values: SettingValues): boolean {
  return values.unknownFlow === 'tcp-reset';
}

function after(start: Moment, moment: Moment): Moment {
  return { atMs: start.atMs + moment.atMs, latestMs: start.latestMs + moment.latestMs };
}
