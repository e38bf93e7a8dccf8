/** A handshake of which the link loses the first segments of one kind: when it is complete all the same. */
import { connectModel } from '../../../tcp/model/connect.ts';
import { endAt, eventAt } from '../../../tcp/model/model.ts';
import { afterText } from '../../../tcp/model/moment-text.ts';
import { synTimeline } from '../../../tcp/model/syn-timeline.ts';
import { synAckModel } from '../../../tcp/model/synack.ts';
import { synAckTimeline } from '../../../tcp/model/synack-timeline.ts';
import { laterBy, type Moment, mergeMoments, startMoment } from '../../../tcp/model/timer-wheel.ts';
import type { PredictedOutcome, Prediction } from '../../../tcp/prediction.ts';
import { numberOf, type SettingValues } from '../../../tcp/setting.ts';
import type { Situation } from '../../situation.ts';
import { rttMsOf } from '../timers/path.ts';
import { answeredAt } from './syn-ack-race.ts';

export const lostKinds = ['syn', 'syn-ack', 'ack'] as const;
export type LostKind = (typeof lostKinds)[number];

export interface HandshakeLossPlan {
  /** Time 0 is the call of connect(). The outcome is that of the connect(), or with lost ACKs that of the server's side. */
  readonly prediction: Prediction;
  /** How many segments of the kind are lost in the end; null: all, or those of the answer as well. */
  readonly lost: number | null;
  /** SYNs and SYN-ACKs that are sent until then, the lost ones included; a range where two timers race. */
  readonly syns: readonly [least: number, most: number];
  readonly synAcks: readonly [least: number, most: number];
  /** Requests of the listener that these belong to. */
  readonly requests: readonly [least: number, most: number];
}

export function handshakeLossPlan(values: SettingValues, situation: Situation): HandshakeLossPlan {
  const plan = planOf(values, situation);
  const { lost = '', lostSegments = 0, firstWord = '' } = values;
  const inputs = { ...plan.prediction.inputs, lost, lostSegments, firstWord };
  return { ...plan, prediction: { ...plan.prediction, inputs } };
}

function planOf(values: SettingValues, situation: Situation): HandshakeLossPlan {
  switch (values.lost as LostKind) {
    case 'syn':
      return lostSyns(values, situation);
    case 'syn-ack':
      return lostSynAcks(values, situation);
    case 'ack':
      return lostAcks(values, situation);
  }
}

function lossOf(values: SettingValues): number {
  return numberOf(values, 'lostSegments');
}

function synsOf(values: SettingValues, { kernel }: Situation) {
  return synTimeline({
    synRetries: numberOf(values, 'tcp_syn_retries'),
    linearTimeouts: numberOf(values, 'tcp_syn_linear_timeouts'),
    kernel,
  });
}

function base(values: SettingValues, { kernel, family }: Situation, peer: 'accepts' | 'drop'): Prediction {
  return connectModel.predict({ ...values, peer, family, rttMs: rttMsOf(values), blocking: 'no' }, kernel);
}

function lostSyns(values: SettingValues, situation: Situation): HandshakeLossPlan {
  const { syns } = synsOf(values, situation);
  const lost = lossOf(values);
  const through = syns[lost];
  if (through === undefined) {
    const prediction = base(values, situation, 'drop');
    return {
      prediction,
      lost: syns.length,
      syns: [syns.length, syns.length],
      synAcks: [0, 0],
      requests: [0, 0],
    };
  }
  const connected = laterBy(through, rttMsOf(values));
  const prediction = {
    ...base(values, situation, 'accepts'),
    answer: `connect() succeeds ${afterText(connected)}, with SYN ${lost + 1}.`,
    events: [
      ...syns.slice(0, lost + 1).map((syn) => eventAt(syn, 'client', 'SYN')),
      eventAt(connected, 'server', 'SYN-ACK'),
    ],
    outcome: endAt(connected, null, 'ESTABLISHED'),
    because: [`SYN ${lost + 1} is the first that arrives: one round trip later the connection is open.`],
  };
  return { prediction, lost, syns: [lost + 1, lost + 1], synAcks: [1, 1], requests: [1, 1] };
}

/** The server's own timer and the client's next SYN both bring a SYN-ACK, a few ms apart: chance says which is first. */
function lostSynAcks(values: SettingValues, situation: Situation): HandshakeLossPlan {
  const { syns, end } = synsOf(values, situation);
  const halfMs = rttMsOf(values) / 2;
  const paths = answeredAt({
    arrivals: syns.map((syn) => laterBy(syn, halfMs)),
    until: laterBy(end, -halfMs),
    lost: lossOf(values),
    retries: numberOf(values, 'tcp_synack_retries'),
    kernel: situation.kernel,
  });
  const opened = paths.filter(({ passed }) => passed !== null);
  const ends = mergeMoments(opened.map(({ passed }) => laterBy(passed ?? startMoment, halfMs)));
  const outcomes: PredictedOutcome[] = ends.map((moment) => endAt(moment, null, 'ESTABLISHED'));
  if (opened.length < paths.length) outcomes.push(endAt(end, 'ETIMEDOUT', 'CLOSE'));
  const [outcome, ...alternatives] = outcomes;
  const latestMs = Math.max(...outcomes.map((one) => one.latestMs ?? 0));
  const sent = syns.filter(({ atMs }) => atMs < latestMs);
  const surely = syns.filter((syn) => syn.latestMs < (outcome?.atMs ?? 0));
  const counts = paths.map(({ synAcks }) => synAcks);
  const prediction = {
    ...base(values, situation, 'accepts'),
    answer: `connect() ${outcomes.map(outcomeText).join(', or ')}.`,
    events: sent.map((syn) => eventAt(syn, 'client', 'SYN')),
    outcome: outcome ?? endAt(end, 'ETIMEDOUT', 'CLOSE'),
    ...(alternatives.length > 0 ? { alternatives } : {}),
    because: [
      'Each SYN that arrives is answered, and the server sends its SYN-ACK again by itself after 1 s, 2 s ... (tcp_check_req(), reqsk_timer_handler()).',
      'A SYN sets that timer back, so that the next SYN-ACK depends on which of the two is a few ms earlier.',
    ],
  };
  return {
    prediction,
    lost: opened.length === paths.length ? lossOf(values) : null,
    syns: [Math.max(1, surely.length), sent.length],
    // The last may be on its way while another is sent.
    synAcks: [Math.min(...counts), Math.max(...counts) + 1],
    requests: [
      Math.min(...paths.map(({ requests }) => requests)),
      Math.max(...paths.map(({ requests }) => requests)),
    ],
  };
}

function outcomeText({ atMs, latestMs, errno }: PredictedOutcome): string {
  const after = afterText({ atMs: atMs ?? 0, latestMs: latestMs ?? 0 });
  return errno === null ? `succeeds ${after}` : `fails ${after} with ${errno}`;
}

/** The client is connected; the server is not, until an ACK in answer to one of its SYN-ACKs arrives. */
function lostAcks(values: SettingValues, { kernel }: Situation): HandshakeLossPlan {
  const rttMs = rttMsOf(values);
  const retries = numberOf(values, 'tcp_synack_retries');
  const { synAcks, end } = synAckTimeline({ synAckRetries: retries, kernel });
  const model = synAckModel.predict({ ...values, peer: 'ack-lost', rttMs }, kernel);
  const atServer = (moment: Moment): Moment => laterBy(moment, rttMs / 2);
  if (values.firstWord === 'client') return firstDataCompletes(values, model);
  const lost = lossOf(values);
  const through = synAcks[lost];
  const sent = synAcks.slice(0, lost + 1);
  const outcome = through ? laterBy(atServer(through), rttMs) : atServer(end);
  const prediction = {
    ...model,
    answer: through
      ? `connect() succeeds after one round trip; the server has the connection ${afterText(outcome)}.`
      : `connect() succeeds after one round trip; the server forgets the connection ${afterText(outcome)}.`,
    events: [
      eventAt(startMoment, 'client', 'SYN'),
      ...sent.flatMap((synAck) => [
        eventAt(atServer(synAck), 'server', 'SYN-ACK'),
        eventAt(laterBy(atServer(synAck), rttMs / 2), 'client', 'ACK'),
      ]),
    ],
    outcome: through ? endAt(outcome, null, 'ESTABLISHED') : endAt(outcome, null, 'CLOSE'),
    because: through
      ? [
          `The client is connected after one round trip; the server only when ACK ${lost + 1} arrives, in answer to a SYN-ACK that it sends again.`,
        ]
      : model.because,
  } as const;
  return {
    prediction,
    lost: Math.min(lost, synAcks.length),
    syns: [1, 1],
    synAcks: [sent.length, sent.length],
    requests: [1, 1],
  };
}

/** The client's data carries the ACK as well (RFC 9293 section 3.10.7.4): nobody notices that the bare one is missing. */
function firstDataCompletes(values: SettingValues, model: Prediction): HandshakeLossPlan {
  const rttMs = rttMsOf(values);
  const connected = laterBy(startMoment, rttMs);
  const prediction = {
    ...model,
    answer: 'The connection is open for both after one and a half round trips.',
    events: [
      eventAt(startMoment, 'client', 'SYN'),
      eventAt(laterBy(startMoment, rttMs / 2), 'server', 'SYN-ACK'),
      eventAt(connected, 'client', 'ACK'),
      eventAt(connected, 'client', 'data'),
    ],
    outcome: endAt(laterBy(connected, rttMs / 2), null, 'ESTABLISHED'),
    because: ['The first data carries the ACK as well: nobody notices that the bare one is missing.'],
  } as const;
  return { prediction, lost: null, syns: [1, 1], synAcks: [1, 1], requests: [1, 1] };
}

/** The server has dropped its request while the client believes to be connected. */
export function isForgotten({ prediction: { outcome, model } }: HandshakeLossPlan): boolean {
  return model === 'synack' && outcome.state === 'CLOSE';
}

/** When all is over, at the latest. */
export function latestMs({ prediction: { outcome, alternatives = [] } }: HandshakeLossPlan): number {
  return Math.max(...[outcome, ...alternatives].map((one) => one.latestMs ?? 0));
}
