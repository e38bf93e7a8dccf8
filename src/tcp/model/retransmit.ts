import { formatCount } from '../../base/units.ts';
import type { PredictedEvent, PredictedOutcome } from '../prediction.ts';
import type { Setting } from '../setting.ts';
import { atLeast, type KernelVersion } from './kernel-version.ts';
import { unlistedNote } from './long-row.ts';
import { defineModel, endAt, eventAt, type Inputs, never, type Result } from './model.ts';
import { afterText, timeText } from './moment-text.ts';
import { RTO_MIN_MS } from './retransmission-limit.ts';
import { rtoMaxMsOf } from './rto-max.ts';
import { type RtoRange, rtoRange, spreadTimeline } from './rto-spread.ts';
import { catalogueSettings, type SettingName } from './setting-catalogue.ts';
import { laterBy, mergeMoments, startMoment } from './timer-wheel.ts';
import { type WindowProbeTimeline, windowProbeTimeline } from './window-probe-timeline.ts';

const peers = [
  'silent',
  'rebooted',
  'icmp-host-unreachable',
  'icmp-net-unreachable',
  'icmp-port-unreachable',
  'icmp-host-prohibited',
  'icmp-admin-prohibited',
  'zero-window',
  'zero-window-then-silent',
] as const;
type Peer = (typeof peers)[number];

/** What decides the RTO; close.ts has them too. */
export const rtoSettings: readonly Setting[] = [
  {
    name: 'rtoMs',
    meaning: 'the connection’s RTO as `ss -ti` shows it; 0: from rttMs',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 120_000,
  },
  {
    name: 'rttSpreadMs',
    meaning: 'by how much the measured round trip may exceed rttMs',
    unit: 'ms',
    default: 1,
    min: 0,
    max: 10_000,
  },
  {
    name: 'rttSamples',
    meaning: 'round trips measured before: only that of the handshake, or many alike',
    unit: '',
    default: 'many',
    choices: ['one', 'many'],
  },
];

export const rtoCatalogue: readonly SettingName[] = [
  'rttMs',
  'tcp_rto_min_us',
  'tcp_rto_max_ms',
  'TCP_RTO_MAX_MS',
  'tcp_early_retrans',
  'TCP_USER_TIMEOUT',
  'hz',
];

const ownSettings: readonly Setting[] = [
  { name: 'peer', meaning: 'what the data meets', unit: '', default: 'silent', choices: peers },
  { name: 'family', meaning: 'IPv4 or IPv6', unit: '', default: 'ipv4', choices: ['ipv4', 'ipv6'] },
  {
    name: 'silentFromMs',
    meaning: 'with zero-window-then-silent: how long after the window closed the peer dies',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 3_600_000,
  },
];

/** Time 0 is the first sending of a segment on an idle connection (zero window: the closing of the window); the sender is the client. */
export const retransmitModel = defineModel({
  name: 'retransmit',
  purpose: 'when data that nobody acknowledges is sent again, and when the connection is given up',
  settings: (kernel) => [
    ...ownSettings,
    ...rtoSettings,
    ...catalogueSettings(['tcp_retries2', ...rtoCatalogue, 'SO_KEEPALIVE'], kernel),
  ],
  work: predictUnacknowledged,
});

/** Reads what `retransmitModel` can be set to; missing words count as silence on IPv4. */
export function predictUnacknowledged(inputs: Inputs, kernel: KernelVersion): Result {
  const peer = inputs.word('peer') as Peer;
  switch (peer) {
    case 'zero-window':
      return zeroWindow(inputs, kernel, null);
    case 'zero-window-then-silent':
      return zeroWindow(inputs, kernel, inputs.number('silentFromMs'));
    case 'rebooted':
      return resetAtOnce(inputs);
    default:
      return unacknowledged({
        inputs,
        kernel,
        icmp: icmpAnswer(peer, inputs.word('family') === 'ipv6', kernel),
        retries: inputs.number('tcp_retries2'),
        retriesName: 'tcp_retries2',
        what: 'data',
        state: 'CLOSE',
        toldTo: 'application',
      });
  }
}

export interface IcmpAnswer {
  readonly errno: string;
  readonly revertsBackoff: boolean;
}

/**
 * tcp_v4_err(), tcp_v6_err(): every unreachable is kept as a soft error and told at the end; RFC 6069 undoes the back-off for
 * net- and host-unreachable on IPv4, for "no route" on IPv6 (since 5.8).
 */
function icmpAnswer(peer: Peer, isIpv6: boolean, kernel: KernelVersion): IcmpAnswer | null {
  switch (peer) {
    case 'icmp-host-unreachable':
      return { errno: 'EHOSTUNREACH', revertsBackoff: !isIpv6 };
    case 'icmp-net-unreachable':
      return { errno: 'ENETUNREACH', revertsBackoff: !isIpv6 || atLeast(kernel, '5.8') };
    case 'icmp-port-unreachable':
      return { errno: 'ECONNREFUSED', revertsBackoff: false };
    case 'icmp-host-prohibited':
    case 'icmp-admin-prohibited':
      return { errno: isIpv6 ? 'EACCES' : 'EHOSTUNREACH', revertsBackoff: false };
    default:
      return null;
  }
}

export interface Unacknowledged {
  readonly inputs: Inputs;
  readonly kernel: KernelVersion;
  readonly icmp: IcmpAnswer | null;
  readonly retries: number;
  readonly retriesName: string;
  readonly what: 'data' | 'FIN';
  /** State at the end. */
  readonly state: string;
  /** An orphan has nobody to tell. */
  readonly toldTo: 'application' | 'nobody';
}

export function unacknowledged(case_: Unacknowledged): Result {
  const { inputs, kernel, icmp, what, toldTo, state } = case_;
  const range = rangeOf(inputs);
  const { timeline, sends, end, otherEnds } = spreadTimeline(
    {
      retries: case_.retries,
      rtoMaxMs: rtoMaxMsOf(inputs),
      userTimeoutMs: inputs.number('TCP_USER_TIMEOUT'),
      tailLossProbe: inputs.number('tcp_early_retrans') >= 3,
      backoffReverted: icmp?.revertsBackoff ?? false,
      oneRttSample: hasOneSample(inputs),
      kernel,
      hz: inputs.number('hz'),
    },
    range,
  );
  const errno = toldTo === 'nobody' ? null : (icmp?.errno ?? 'ETIMEDOUT');
  const outcomeAt = (moment: { atMs: number; latestMs: number }): PredictedOutcome =>
    endAt(moment, errno, state);
  const events: PredictedEvent[] = sends.flatMap((moment) => [
    eventAt(moment, 'client', what),
    ...(icmp === null ? [] : [eventAt(laterBy(moment, inputs.number('rttMs')), 'server', 'ICMP')]),
  ]);
  const subject =
    what === 'FIN'
      ? 'A closed socket whose FIN nobody acknowledges'
      : 'A connection whose data nobody acknowledges';
  const others =
    otherEnds.length === 0
      ? ''
      : ` A few milliseconds of RTO or late timers make it ${otherEnds.map((one) => afterText(one).replace('after ', '')).join(' or ')} instead.`;
  return {
    answer: `${subject} ends ${afterText(end)}${errno === null ? ', silently' : ` with ${errno}`}; it is sent ${formatCount(sends.length + timeline.unlisted)} times.${others}`,
    events,
    outcome: outcomeAt(end),
    ...(otherEnds.length > 0 ? { alternatives: otherEnds.map(outcomeAt) } : {}),
    because: [
      rtoRule(inputs, range),
      timeline.decidedBy === 'user-timeout'
        ? `TCP_USER_TIMEOUT=${inputs.number('TCP_USER_TIMEOUT')} ms decides, counted from the first timeout’s resend (tcp_clamp_rto_to_user_timeout(), retransmits_timed_out()).`
        : `It ends at the first timeout that lies ${timeText(timeline.limitMs)} or more behind the first one’s resend: ${case_.retriesName}=${case_.retries} counted in timeouts of 200 ms, whatever the RTO is (tcp_model_timeout(), retransmits_timed_out()). So the end jumps by a factor of two with a few ms of RTO.`,
      ...(icmp === null ? [] : [icmpRule(icmp)]),
      ...unlistedNote(timeline.unlisted),
      ...(what === 'data' ? ['No RST is sent at the end, and keepalive plays no part.'] : []),
    ],
  };
}

function icmpRule({ errno, revertsBackoff }: IcmpAnswer): string {
  const kept = `ICMP in answer does not end an established connection; it is kept as a soft error, and the end tells ${errno} instead of ETIMEDOUT (sk_err_soft in tcp_write_err()).`;
  return revertsBackoff
    ? `${kept} It also undoes the back-off each time, so that the RTO does not grow (RFC 6069, tcp_ld_RTO_revert()).`
    : kept;
}

function rtoRule(inputs: Inputs, { leastMs, mostMs }: RtoRange): string {
  const range = leastMs === mostMs ? timeText(leastMs) : `${timeText(leastMs)} to ${timeText(mostMs)}`;
  const probe =
    inputs.number('tcp_early_retrans') >= 3
      ? ' The first resend is a tail loss probe (tcp_send_loss_probe(), RFC 8985) one RTO after the data; it does not count as a timeout.'
      : '';
  const source =
    inputs.number('rtoMs') > 0
      ? 'as given'
      : 'the round trip + 200 ms at least, in whole ticks (tcp_rtt_estimator(), __tcp_set_rto())';
  return `The RTO is ${range}: ${source}; it doubles with each timeout.${probe}`;
}

function hasOneSample(inputs: Inputs): boolean {
  return inputs.number('rtoMs') === 0 && inputs.word('rttSamples') === 'one';
}

export function rangeOf(inputs: Inputs): RtoRange {
  const rtoMinUs = inputs.number('tcp_rto_min_us');
  return rtoRange({
    rtoMs: inputs.number('rtoMs'),
    rttMs: inputs.number('rttMs'),
    rttSpreadMs: inputs.number('rttSpreadMs'),
    oneRttSample: hasOneSample(inputs),
    rtoMinMs: rtoMinUs > 0 ? rtoMinUs / 1000 : RTO_MIN_MS,
    rtoMaxMs: rtoMaxMsOf(inputs),
    hz: inputs.number('hz'),
  });
}

function resetAtOnce(inputs: Inputs): Result {
  const end = laterBy(startMoment, inputs.number('rttMs'));
  return {
    answer: `A peer that has lost the connection resets it: ECONNRESET ${afterText(end)}.`,
    events: [eventAt(startMoment, 'client', 'data'), eventAt(end, 'server', 'RST')],
    outcome: endAt(end, 'ECONNRESET', 'CLOSE'),
    because: [
      'A segment for a connection that does not exist is answered with RST (RFC 9293 section 3.10.7.1).',
    ],
  };
}

function zeroWindow(inputs: Inputs, kernel: KernelVersion, silentFromMs: number | null): Result {
  const { leastMs, mostMs } = rangeOf(inputs);
  const work = (rtoMs: number): WindowProbeTimeline =>
    windowProbeTimeline({
      retries: inputs.number('tcp_retries2'),
      rtoMs,
      rtoMaxMs: rtoMaxMsOf(inputs),
      userTimeoutMs: inputs.number('TCP_USER_TIMEOUT'),
      silentFromMs,
      kernel,
      hz: inputs.number('hz'),
    });
  const shortest = work(leastMs);
  const longest = work(mostMs);
  const events = shortest.probes.flatMap((probe, i) => {
    const moment = { atMs: probe.atMs, latestMs: longest.probes[i]?.latestMs ?? probe.latestMs };
    return [
      eventAt(moment, 'client', 'probe'),
      ...(probe.answered ? [eventAt(laterBy(moment, inputs.number('rttMs')), 'server', 'ACK')] : []),
    ];
  });
  const probeRule =
    'A closed window is probed after one RTO, then at doubling times, as often doubled as tcp_retries2 says (tcp_send_probe0()). The peer answers one probe in 500 ms (tcp_invalid_ratelimit).';
  if (shortest.end === null) {
    return {
      answer:
        'The connection lives as long as the peer answers the window probes, however long it reads nothing.',
      events,
      outcome: never('ESTABLISHED'),
      because: [
        probeRule,
        'Every answer sets the count of probes back (tcp_ack(); RFC 1122 section 4.2.2.17).',
      ],
    };
  }
  const end = { atMs: shortest.end.atMs, latestMs: longest.end?.latestMs ?? shortest.end.latestMs };
  const others = mergeMoments([...shortest.earlierEnds, ...longest.earlierEnds]);
  return {
    answer: `A connection whose peer’s window stays shut${silentFromMs === null ? '' : ' and which then falls silent'} ends ${afterText(end)} with ETIMEDOUT; ${formatCount(shortest.probes.length + shortest.unlisted)} window probes are sent.`,
    events,
    outcome: endAt(end, 'ETIMEDOUT', 'CLOSE'),
    ...(others.length > 0
      ? { alternatives: others.map((moment) => endAt(moment, 'ETIMEDOUT', 'CLOSE')) }
      : {}),
    because: [
      probeRule,
      shortest.decidedBy === 'user-timeout'
        ? `TCP_USER_TIMEOUT=${inputs.number('TCP_USER_TIMEOUT')} ms decides, from the first probe on: it ends connections to peers that are alive but do not read (tcp_probe_timer()).`
        : `tcp_retries2=${inputs.number('tcp_retries2')} probes without an answer in a row end it (tcp_probe_timer()).`,
    ],
  };
}
