import type { PredictedEvent } from '../prediction.ts';
import type { Setting } from '../setting.ts';
import type { Family } from '../socket.ts';
import { type ConnectPeer, connectPeers, peerBehaviour, peerText } from './connect-peers.ts';
import { atLeast, type KernelVersion } from './kernel-version.ts';
import { defineModel, endAt, eventAt, type Inputs, type Result } from './model.ts';
import { afterText, timeText } from './moment-text.ts';
import { rtoMaxMsOf } from './rto-max.ts';
import { catalogueSettings } from './setting-catalogue.ts';
import { type SynTimeline, synTimeline } from './syn-timeline.ts';
import { laterBy, type Moment, startMoment, timerAfter } from './timer-wheel.ts';

/** Time 0 is the call of connect(); times are those of the client. */
export const connectModel = defineModel({
  name: 'connect',
  purpose: 'when connect() sends its SYNs, and when and with which error it ends',
  settings: (kernel) => [
    ...ownSettings,
    ...catalogueSettings(
      [
        'rttMs',
        'tcp_syn_retries',
        'tcp_syn_linear_timeouts',
        'tcp_rto_max_ms',
        'TCP_SYNCNT',
        'TCP_USER_TIMEOUT',
        'TCP_RTO_MAX_MS',
        'hz',
      ],
      kernel,
    ),
  ],
  work: predictConnect,
});

const ownSettings: readonly Setting[] = [
  {
    name: 'peer',
    meaning: 'what the SYN meets',
    unit: '',
    default: 'drop',
    choices: connectPeers,
  },
  { name: 'family', meaning: 'IPv4 or IPv6', unit: '', default: 'ipv4', choices: ['ipv4', 'ipv6'] },
  {
    name: 'blocking',
    meaning: 'whether the program sleeps in connect()',
    unit: '',
    default: 'yes',
    choices: ['yes', 'no'],
  },
  {
    name: 'applicationTimeoutMs',
    meaning: 'the program’s own patience; 0: none',
    unit: 'ms',
    default: 0,
    min: 0,
    max: 86_400_000,
  },
  {
    name: 'applicationTimeoutBy',
    meaning:
      'how the program waits: poll() or the like, then close(); or a blocking connect() with SO_SNDTIMEO',
    unit: '',
    default: 'poll',
    choices: ['poll', 'SO_SNDTIMEO'],
  },
];

interface Attempt {
  readonly peer: ConnectPeer;
  readonly family: Family;
  readonly rttMs: number;
  readonly blocking: boolean;
  readonly timeline: SynTimeline;
  readonly inputs: Inputs;
  readonly kernel: KernelVersion;
}

function predictConnect(inputs: Inputs, kernel: KernelVersion): Result {
  const attempt: Attempt = {
    peer: inputs.word('peer') as ConnectPeer,
    family: inputs.word('family') as Family,
    rttMs: inputs.number('rttMs'),
    blocking: inputs.word('blocking') === 'yes',
    timeline: synTimeline({
      synRetries: inputs.number('tcp_syn_retries'),
      linearTimeouts: inputs.number('tcp_syn_linear_timeouts'),
      synCount: inputs.number('TCP_SYNCNT'),
      userTimeoutMs: inputs.number('TCP_USER_TIMEOUT'),
      rtoMaxMs: rtoMaxMsOf(inputs),
      kernel,
      hz: inputs.number('hz'),
    }),
    inputs,
    kernel,
  };
  return withApplicationTimeout(attempt, kernelsAnswer(attempt));
}

/** What the kernel does as long as the program lets it. */
function kernelsAnswer(attempt: Attempt): Result {
  const behaviour = peerBehaviour(attempt.peer, attempt.family);
  switch (behaviour.kind) {
    case 'silent':
      return unanswered(attempt, behaviour.errno, behaviour.onTheWire);
    case 'no-way':
      return noWay(attempt, behaviour.errno);
    case 'no-neighbour':
      return noNeighbour(attempt, behaviour.errno);
    case 'accepts':
      return answered(attempt, 'SYN-ACK', null);
    case 'reset':
      return answered(attempt, 'RST', behaviour.errno);
    case 'icmp':
      return answered(attempt, 'ICMP', behaviour.errno);
  }
}

function unanswered(attempt: Attempt, errno: string, onTheWire: boolean): Result {
  const { syns, end, earlierEnds } = attempt.timeline;
  const count = syns.length === 1 ? '1 SYN is' : `${syns.length} SYNs are`;
  const sent = onTheWire
    ? `${count} sent`
    : attempt.peer === 'own-output-drop'
      ? `${count} tried and none leaves this host`
      : `${count} tried and only the first leaves this host`;
  return {
    answer: `connect() to ${peerText(attempt.peer)} fails ${afterText(end)} with ${errno}; ${sent}.`,
    events: syns
      .filter((_, i) => onTheWire || (i === 0 && attempt.peer !== 'own-output-drop'))
      .map((moment) => eventAt(moment, 'client', 'SYN')),
    outcome: endAt(end, errno, 'CLOSE'),
    ...(earlierEnds.length > 0
      ? { alternatives: earlierEnds.map((moment) => endAt(moment, errno, 'CLOSE')) }
      : {}),
    because: [...synRules(attempt), ...(errno === 'ETIMEDOUT' ? [] : [softErrorRule(errno)])],
  };
}

function synRules({ inputs, kernel, timeline }: Attempt): string[] {
  const socketsOwn = inputs.number('TCP_SYNCNT');
  const retries = socketsOwn || inputs.number('tcp_syn_retries');
  const name = socketsOwn ? 'TCP_SYNCNT' : 'tcp_syn_retries';
  const linear = atLeast(kernel, '6.5') ? inputs.number('tcp_syn_linear_timeouts') : 0;
  const gaps = `The first timeout is 1 s${linear > 0 ? `, so are the next ${linear} (tcp_syn_linear_timeouts)` : ''}, then each is twice the one before, up to the longest RTO (tcp_retransmit_timer(); RFC 6298 section 5.5).`;
  switch (timeline.decidedBy) {
    case 'retries':
      return [
        gaps,
        `The number of resends decides: ${name}=${retries}${linear > 0 ? ` + tcp_syn_linear_timeouts=${linear}` : ''} (tcp_write_timeout()).`,
      ];
    case 'elapsed':
      return [
        gaps,
        `The time since the first SYN decides: with ${name}=${retries} it ends at the first timeout at or after 2^${retries + 1} - 1 = ${2 ** (retries + 1) - 1} s (retransmits_timed_out(), tcp_model_timeout()).`,
      ];
    case 'user-timeout':
      return [
        gaps,
        `TCP_USER_TIMEOUT=${inputs.number('TCP_USER_TIMEOUT')} ms decides: the timers are cut to it (tcp_clamp_rto_to_user_timeout()), but never the first, of 1 s.`,
      ];
  }
}

function softErrorRule(errno: string): string {
  return `Resends that find no way are no reason to stop; their error is kept and told at the end instead of ETIMEDOUT (tcp_write_err(): sk_err_soft): ${errno}.`;
}

function noWay({ peer }: Attempt, errno: string): Result {
  return {
    answer: `connect() to ${peerText(peer)} fails at once with ${errno}; nothing is sent.`,
    events: [],
    outcome: endAt(startMoment, errno, 'CLOSE'),
    because: ['The route lookup fails inside connect() (ip_route_connect(), ip6_dst_lookup_flow()).'],
  };
}

/** retrans_time_ms of the neighbour table: between two requests. */
const NEIGHBOUR_RETRANS_MS = 1000;

/**
 * The neighbour entry fails after three requests, and this host tells itself "host unreachable" (ipv4_link_failure(), ip6_link_failure()).
 * On IPv4 that message first undoes a step of the back-off (tcp_ld_RTO_revert()), which lets an overdue timer expire on the spot: when
 * that was the last one, ETIMEDOUT comes before the error of the message.
 */
function noNeighbour(attempt: Attempt, errno: string): Result {
  const { timeline, inputs, kernel, family } = attempt;
  const clock = { kernel, hz: inputs.number('hz') };
  const failed = [1, 2, 3].reduce((moment) => timerAfter(moment, NEIGHBOUR_RETRANS_MS, clock), startMoment);
  const resends = timeline.syns.filter(({ atMs }) => atMs > 0 && atMs <= failed.atMs).length;
  const linear = atLeast(kernel, '6.5') ? inputs.number('tcp_syn_linear_timeouts') : 0;
  const retries = inputs.number('TCP_SYNCNT') || inputs.number('tcp_syn_retries');
  const isBackedOff = family === 'ipv4' && resends > linear;
  const ownEndFirst =
    timeline.end.atMs <= failed.atMs ||
    (isBackedOff && (resends >= retries + linear || failed.atMs >= timeline.limitMs));
  const end = ownEndFirst && timeline.end.atMs < failed.atMs ? timeline.end : failed;
  const told = ownEndFirst ? 'ETIMEDOUT' : errno;
  return {
    answer: `connect() to ${peerText(attempt.peer)} fails ${afterText(end)} with ${told}; no SYN is sent, only ${family === 'ipv4' ? 'ARP requests' : 'neighbour solicitations'}.`,
    events: [],
    outcome: endAt(end, told, 'CLOSE'),
    because: [
      'Three requests for the hardware address, a second apart, get no answer (neigh_timer_handler(), mcast_solicit); then this host reports "host unreachable" to itself.',
      ownEndFirst
        ? 'By then the last timeout of the SYN is due as well, and it comes first: ETIMEDOUT (tcp_ld_RTO_revert(), tcp_write_timeout()).'
        : `The report ends the attempt with ${errno} (tcp_v4_err(), tcp_v6_err()).`,
    ],
  };
}

function answered(attempt: Attempt, what: 'SYN-ACK' | 'RST' | 'ICMP', errno: string | null): Result {
  const { rttMs, timeline } = attempt;
  if (rttMs >= timeline.end.atMs) return tooLate(attempt);
  const first = laterBy(startMoment, rttMs);
  if (what === 'ICMP' && rttMs === 0) return answeredUnderLock(attempt, errno);
  const before = timeline.syns.filter(({ atMs }) => atMs < rttMs || atMs === 0);
  const events: PredictedEvent[] = [
    ...before.map((moment) => eventAt(moment, 'client', 'SYN')),
    eventAt(first, 'server', what),
  ];
  if (what !== 'SYN-ACK') {
    return {
      answer: `connect() to ${peerText(attempt.peer)} fails ${afterText(first)}, one round trip, with ${errno}.`,
      events,
      outcome: endAt(first, errno, 'CLOSE'),
      because: [
        what === 'RST'
          ? 'A RST in answer to the SYN ends the attempt (RFC 9293 section 3.10.7.3; tcp_reset()).'
          : 'Every ICMP unreachable ends an attempt at once, whatever its code (tcp_v4_err(), tcp_v6_err()); the code decides the error.',
      ],
    };
  }
  return {
    answer: `connect() to ${peerText(attempt.peer)} succeeds ${afterText(first)}${rttMs > 0 ? ', one round trip' : ''}.`,
    events: [...events, eventAt(first, 'client', 'ACK')],
    outcome: endAt(first, null, 'ESTABLISHED'),
    because: ['The SYN-ACK completes the handshake for the client (RFC 9293 section 3.5).'],
  };
}

/**
 * Without any delay the ICMP arrives while connect() still owns the socket: tcp_v4_err() counts LockDroppedIcmps and keeps the error as
 * a soft one. The SYN that the timer resends is answered when nobody holds the socket.
 */
function answeredUnderLock(attempt: Attempt, errno: string | null): Result {
  const [, second] = attempt.timeline.syns;
  const early = [eventAt(startMoment, 'client', 'SYN'), eventAt(startMoment, 'server', 'ICMP')];
  const locked =
    'The ICMP comes back while connect() still holds the socket (LockDroppedIcmps rises) and is only remembered (sk_err_soft in tcp_v4_err()).';
  // IPv6 wakes poll() only with IPV6_RECVERR (tcp_v6_err()); IPv4 queues the message for everybody since 5.8 (45af29ca761c).
  if (!attempt.blocking && attempt.family === 'ipv4' && atLeast(attempt.kernel, '5.8')) {
    return {
      answer: `poll() reports an error at once and SO_ERROR is ${errno}, while the socket is still in SYN_SENT; it closes at the second SYN, after 1 s.`,
      events: early,
      outcome: endAt(startMoment, errno, 'SYN_SENT'),
      because: [locked, 'poll() and SO_ERROR already show a remembered error (tcp_poll(), sock_error()).'],
    };
  }
  const second1s = second ?? attempt.timeline.end;
  return {
    answer: `connect() to ${peerText(attempt.peer)} fails ${afterText(second1s)} with ${errno}, at the second SYN and not at once, since there is no round-trip time.`,
    events: [...early, eventAt(second1s, 'client', 'SYN'), eventAt(second1s, 'server', 'ICMP')],
    outcome: endAt(second1s, errno, 'CLOSE'),
    because: [
      locked,
      'The SYN resent after 1 s is answered while nobody holds the socket: then the error counts.',
    ],
  };
}

function tooLate(attempt: Attempt): Result {
  const result = unanswered(attempt, 'ETIMEDOUT', true);
  return {
    ...result,
    because: [...result.because, `The answer, after ${timeText(attempt.rttMs)}, comes too late.`],
  };
}

/** The program's own patience: the shorter one wins. */
function withApplicationTimeout({ inputs, kernel, timeline }: Attempt, result: Result): Result {
  const timeoutMs = inputs.number('applicationTimeoutMs');
  if (timeoutMs === 0 || timeoutMs > (result.outcome.atMs ?? Number.POSITIVE_INFINITY)) return result;
  const clock = { kernel, hz: inputs.number('hz') };
  if (inputs.word('applicationTimeoutBy') === 'SO_SNDTIMEO') {
    const end = timerAfter(startMoment, timeoutMs, clock);
    return {
      answer: `connect() returns EINPROGRESS ${afterText(end)}: SO_SNDTIMEO is over; the socket stays in SYN_SENT and would end ${afterText(timeline.end)}.`,
      events: result.events,
      outcome: endAt(end, 'EINPROGRESS', 'SYN_SENT'),
      because: [
        'SO_SNDTIMEO bounds the sleep in connect() only (inet_wait_for_connect()); the kernel keeps trying until the program closes the socket.',
        ...result.because,
      ],
    };
  }
  const end = pollEnd(timeoutMs);
  return {
    answer: `The program gives up by itself ${afterText(end)}; the kernel would have gone on until ${timeText(timeline.end.atMs)}.`,
    events: result.events.filter(({ atMs }) => atMs < end.atMs),
    outcome: endAt(end, null, 'CLOSE'),
    because: [
      'The program’s own timeout is shorter than the kernel’s: it closes the socket and no further SYN is sent.',
      ...result.because,
    ],
  };
}

/** poll(), select() and epoll_wait() use precise timers, with a slack of 0.1 % up to 100 ms (select_estimate_accuracy(), fs/select.c). */
function pollEnd(timeoutMs: number): Moment {
  return { atMs: timeoutMs, latestMs: timeoutMs + Math.min(100, Math.max(0.05, timeoutMs / 1000)) };
}
