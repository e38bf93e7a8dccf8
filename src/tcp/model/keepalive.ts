import { plural } from '../../base/units.ts';
import type { Setting } from '../setting.ts';
import { answeredProbes, type KeepaliveInputs, keepaliveTimeline } from './keepalive-timeline.ts';
import type { KernelVersion } from './kernel-version.ts';
import { unlistedNote } from './long-row.ts';
import { defineModel, endAt, eventAt, type Inputs, never, type Result } from './model.ts';
import { afterText, timeText } from './moment-text.ts';
import { predictUnacknowledged } from './retransmit.ts';
import { catalogueSettings } from './setting-catalogue.ts';
import { laterBy } from './timer-wheel.ts';

const peers = ['silent', 'alive', 'rebooted', 'icmp-unreachable', 'link-down'] as const;
type Peer = (typeof peers)[number];

const ownSettings: readonly Setting[] = [
  { name: 'peer', meaning: 'what a probe meets', unit: '', default: 'silent', choices: peers },
  {
    name: 'unacknowledgedData',
    meaning: 'whether something sent still waits for its ACK',
    unit: '',
    default: 'no',
    choices: ['no', 'yes'],
  },
  { name: 'family', meaning: 'IPv4 or IPv6', unit: '', default: 'ipv4', choices: ['ipv4', 'ipv6'] },
];

/** Time 0 is the last segment from the peer; the side that probes is the client. */
export const keepaliveModel = defineModel({
  name: 'keepalive',
  purpose: 'when an idle connection is probed, and when and with which error it ends',
  settings: (kernel) => [
    ...ownSettings,
    ...catalogueSettings(
      [
        'SO_KEEPALIVE',
        'tcp_keepalive_time',
        'tcp_keepalive_intvl',
        'tcp_keepalive_probes',
        'TCP_KEEPIDLE',
        'TCP_KEEPINTVL',
        'TCP_KEEPCNT',
        'TCP_USER_TIMEOUT',
        'rttMs',
        'tcp_retries2',
        'tcp_rto_max_ms',
        'TCP_RTO_MAX_MS',
        'hz',
      ],
      kernel,
    ),
  ],
  work: predictKeepalive,
});

const SHOWN = 4;

function predictKeepalive(inputs: Inputs, kernel: KernelVersion): Result {
  const peer = inputs.word('peer') as Peer;
  if (inputs.word('unacknowledgedData') === 'yes' && peer !== 'alive') return suspended(inputs, kernel, peer);
  if (inputs.number('SO_KEEPALIVE') === 0) return withoutKeepalive(inputs);
  const settings: KeepaliveInputs = {
    idleMs: (inputs.number('TCP_KEEPIDLE') || inputs.number('tcp_keepalive_time')) * 1000,
    intervalMs: (inputs.number('TCP_KEEPINTVL') || inputs.number('tcp_keepalive_intvl')) * 1000,
    probes: inputs.number('TCP_KEEPCNT') || inputs.number('tcp_keepalive_probes'),
    userTimeoutMs: inputs.number('TCP_USER_TIMEOUT'),
    rttMs: inputs.number('rttMs'),
    kernel,
    hz: inputs.number('hz'),
  };
  switch (peer) {
    case 'alive':
      return alive(inputs, settings);
    case 'rebooted':
      return rebooted(inputs, settings);
    default:
      return silent(inputs, settings, peer);
  }
}

function silent(inputs: Inputs, settings: KeepaliveInputs, peer: Peer): Result {
  const { probes, unlisted, end, earlierEnds } = keepaliveTimeline(settings);
  const sent = probes.length + unlisted;
  const byUserTimeout = (settings.userTimeoutMs ?? 0) > 0;
  const idleS = settings.idleMs / 1000;
  const intervalS = settings.intervalMs / 1000;
  const isDown = peer === 'link-down';
  const errno = isDown && inputs.word('family') === 'ipv6' ? 'ENETUNREACH' : 'ETIMEDOUT';
  return {
    answer: `An idle connection whose peer is silent ends ${afterText(end)} with ${errno}; ${plural(sent, 'probe')} ${sent === 1 ? 'is' : 'are'} sent, the first ${probes[0] ? afterText(probes[0]) : 'never'}.`,
    events: isDown
      ? []
      : [
          ...probes.flatMap((moment) => [
            eventAt(moment, 'client', 'probe'),
            ...(peer === 'icmp-unreachable'
              ? [eventAt(laterBy(moment, inputs.number('rttMs')), 'server', 'ICMP')]
              : []),
          ]),
          eventAt(end, 'client', 'RST'),
        ],
    outcome: endAt(end, errno, 'CLOSE'),
    ...(earlierEnds.length > 0
      ? { alternatives: earlierEnds.map((moment) => endAt(moment, errno, 'CLOSE')) }
      : {}),
    because: [
      byUserTimeout
        ? `With TCP_USER_TIMEOUT=${settings.userTimeoutMs} ms the number of probes does not count: it ends at the first probe’s turn (${idleS} s, then every ${intervalS} s) with one probe out and a silence of that length (tcp_keepalive_timer()).`
        : `${idleS} s of silence, then ${settings.probes} probes ${intervalS} s apart: ${idleS} + ${settings.probes} × ${intervalS} s (tcp_keepalive_timer()).`,
      ...(peer === 'icmp-unreachable'
        ? ['ICMP in answer to a probe is out of the window and ignored (OutOfWindowIcmps in tcp_v4_err()).']
        : []),
      ...(isDown
        ? [
            `Nothing leaves this host. ${errno === 'ETIMEDOUT' ? '' : 'IPv6 keeps the error of the failed route lookup and tells it at the end (inet6_csk_xmit(): sk_err_soft); IPv4 does not.'}`.trim(),
          ]
        : [...unlistedNote(unlisted), 'At the end a RST is sent (tcp_send_active_reset()).']),
    ],
  };
}

function alive(inputs: Inputs, settings: KeepaliveInputs): Result {
  const probes = answeredProbes(settings, SHOWN);
  const periodMs = Math.max(settings.idleMs, settings.intervalMs);
  return {
    answer: `The connection lives as long as its peer answers: a probe every ${timeText(periodMs)}.`,
    events: probes.flatMap((moment) => [
      eventAt(moment, 'client', 'probe'),
      eventAt(laterBy(moment, inputs.number('rttMs')), 'server', 'ACK'),
    ]),
    outcome: never('ESTABLISHED'),
    because: [
      'Each ACK sets the count of probes back (tcp_ack()); the timer then runs for what is left of the idle time.',
    ],
  };
}

function rebooted(inputs: Inputs, settings: KeepaliveInputs): Result {
  const [first] = answeredProbes(settings, 1);
  if (first === undefined) return withoutKeepalive(inputs);
  const end = laterBy(first, inputs.number('rttMs'));
  return {
    answer: `A peer that has lost the connection resets it at the first probe: ECONNRESET ${afterText(end)}.`,
    events: [eventAt(first, 'client', 'probe'), eventAt(end, 'server', 'RST')],
    outcome: endAt(end, 'ECONNRESET', 'CLOSE'),
    because: [
      'A segment for a connection that does not exist is answered with RST (RFC 9293 section 3.10.7.1).',
    ],
  };
}

function withoutKeepalive(inputs: Inputs): Result {
  const userTimeout = inputs.number('TCP_USER_TIMEOUT') > 0;
  return {
    answer: 'An idle connection without SO_KEEPALIVE lives for ever: nothing is sent, so nothing can fail.',
    events: [],
    outcome: never('ESTABLISHED'),
    because: [
      'SO_KEEPALIVE is off: no timer runs on an idle connection, whatever tcp_keepalive_* say (tcp_set_keepalive()).',
      ...(userTimeout ? ['TCP_USER_TIMEOUT counts only while something is unacknowledged.'] : []),
    ],
  };
}

/** What is fixed here and can be set in `retransmitModel`. */
const resending: Readonly<Record<string, number>> = { tcp_early_retrans: 3, rttSpreadMs: 1 };

/** tcp_keepalive_timer(): "it is alive without keepalive" while packets are out. */
function suspended(inputs: Inputs, kernel: KernelVersion, peer: Peer): Result {
  const meets =
    peer === 'rebooted' ? 'rebooted' : peer === 'icmp-unreachable' ? 'icmp-host-unreachable' : 'silent';
  const result = predictUnacknowledged(
    {
      number: (name) => resending[name] ?? inputs.number(name),
      word: (name) => (name === 'peer' ? meets : inputs.word(name)),
    },
    kernel,
  );
  return {
    ...result,
    answer: `Keepalive waits while data is unacknowledged. ${result.answer}`,
    because: [
      'While something is unacknowledged no probe is sent (tcp_keepalive_timer()): the resending of data decides, and tcp_keepalive_* do nothing.',
      ...result.because,
    ],
  };
}
