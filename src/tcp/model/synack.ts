import type { PredictedEvent } from '../prediction.ts';
import type { Setting } from '../setting.ts';
import type { KernelVersion } from './kernel-version.ts';
import { defineModel, endAt, eventAt, type Inputs, type Result } from './model.ts';
import { afterText } from './moment-text.ts';
import { listenLimit } from './queues.ts';
import { rtoMaxMsOf } from './rto-max.ts';
import { catalogueSettings } from './setting-catalogue.ts';
import {
  deferAcceptReadBackS,
  PRUNED_AFTER_TIMEOUTS,
  requestsAfterPruning,
  type SynAckTimeline,
  synAckTimeline,
} from './synack-timeline.ts';
import { laterBy, type Moment, startMoment, timerAfter } from './timer-wheel.ts';

const peers = [
  'ack-lost',
  'silent',
  'acknowledges',
  'reset',
  'icmp-host-unreachable',
  'icmp-net-unreachable',
  'icmp-port-unreachable',
  'icmp-host-prohibited',
] as const;
type Peer = (typeof peers)[number];

const ownSettings: readonly Setting[] = [
  {
    name: 'peer',
    meaning:
      'what the SYN-ACK meets: an ACK that gets lost, nobody (a spoofed source), an ACK that arrives, RST, ICMP',
    unit: '',
    default: 'ack-lost',
    choices: peers,
  },
  {
    name: 'acceptQueue',
    meaning: 'whether the accept queue has room when the ACK arrives',
    unit: '',
    default: 'room',
    choices: ['room', 'full'],
  },
  {
    name: 'pendingRequests',
    meaning: 'half-open requests that came together, this one included',
    unit: 'connections',
    default: 1,
    min: 1,
    max: 1_000_000,
  },
];

/** Time 0 is the first SYN-ACK; times are those of the listener. */
export const synAckModel = defineModel({
  name: 'synack',
  purpose: 'when a listener sends its SYN-ACK again, and when it forgets the half-open connection',
  settings: (kernel) => [
    ...ownSettings,
    ...catalogueSettings(
      [
        'rttMs',
        'tcp_synack_retries',
        'TCP_SYNCNT',
        'TCP_DEFER_ACCEPT',
        'tcp_abort_on_overflow',
        'backlog',
        'somaxconn',
        'tcp_rto_max_ms',
        'TCP_RTO_MAX_MS',
        'hz',
      ],
      kernel,
    ),
  ],
  work: predictSynAck,
});

interface Request {
  readonly peer: Peer;
  readonly inputs: Inputs;
  readonly timeline: SynAckTimeline;
  readonly kernel: KernelVersion;
}

function predictSynAck(inputs: Inputs, kernel: KernelVersion): Result {
  const peer = inputs.word('peer') as Peer;
  const timeline = synAckTimeline({
    synAckRetries: inputs.number('tcp_synack_retries'),
    synCount: inputs.number('TCP_SYNCNT'),
    deferAcceptS: inputs.number('TCP_DEFER_ACCEPT'),
    ...(peer === 'acknowledges' ? { acknowledgedAtMs: inputs.number('rttMs') } : {}),
    rtoMaxMs: rtoMaxMsOf(inputs),
    kernel,
    hz: inputs.number('hz'),
  });
  const request = { peer, inputs, timeline, kernel };
  switch (peer) {
    case 'reset':
      return killed(
        request,
        'RST',
        'A RST in answer removes the request (tcp_check_req(); EmbryonicRsts rises).',
      );
    case 'icmp-host-unreachable':
    case 'icmp-net-unreachable':
      return killed(
        request,
        'ICMP',
        'ICMP host- or net-unreachable removes the request (tcp_req_err(); ListenDrops rises).',
      );
    case 'acknowledges':
      return acknowledged(request);
    default:
      return expires(request);
  }
}

/** The answer is there before the first timeout, or it finds the request at a later one all the same. */
function killed({ timeline, inputs }: Request, what: 'RST' | 'ICMP', why: string): Result {
  const at = laterBy(startMoment, inputs.number('rttMs'));
  if (at.atMs >= timeline.end.atMs) return plainEnd(timeline, 'silent', [why]);
  return {
    answer: `The half-open connection is gone ${at.atMs === 0 ? 'at once' : `${afterText(at)}, one round trip`}: ${what === 'RST' ? 'the peer resets it' : 'ICMP says that nobody is there'}.`,
    events: [...synAcksBefore(timeline, at.atMs), eventAt(at, 'client', what)],
    outcome: endAt(at, null, 'CLOSE'),
    because: [why],
  };
}

function synAcksBefore({ synAcks }: SynAckTimeline, ms: number): readonly PredictedEvent[] {
  return synAcks
    .filter(({ atMs }) => atMs === 0 || atMs < ms)
    .map((moment) => eventAt(moment, 'server', 'SYN-ACK'));
}

function acknowledged(request: Request): Result {
  const { timeline, inputs } = request;
  const at = laterBy(startMoment, inputs.number('rttMs'));
  if (inputs.word('acceptQueue') === 'full') return meetsFullQueue(request, at);
  if (timeline.handedOver) return deferred(request, at);
  if (at.atMs >= timeline.end.atMs) return plainEnd(timeline, 'silent', ['The ACK comes too late.']);
  return {
    answer: `The connection is in the accept queue ${afterText(at)}${at.atMs > 0 ? ', one round trip' : ''}.`,
    events: [...synAcksBefore(timeline, at.atMs), eventAt(at, 'client', 'ACK')],
    outcome: endAt(at, null, 'ESTABLISHED'),
    because: ['The ACK completes the handshake (tcp_check_req(), inet_csk_complete_hashdance()).'],
  };
}

function deferred({ timeline, inputs }: Request, ackAt: Moment): Result {
  const seconds = inputs.number('TCP_DEFER_ACCEPT');
  const { synAcks, end } = timeline;
  const last = synAcks.at(-1) ?? startMoment;
  // The last SYN-ACK's ACK hands over, unless the first ACK came only after the deferring.
  const handedOver = last.atMs === end.atMs ? laterBy(end, ackAt.atMs) : end;
  return {
    answer: `A client that sends nothing stays half-open here for ${afterText(end).replace('after ', '')}, while it believes to be connected; then one more SYN-ACK, and its ACK puts the connection into the accept queue.`,
    events: [
      ...synAcks.map((moment) => eventAt(moment, 'server', 'SYN-ACK')),
      ...(handedOver.atMs > ackAt.atMs ? [eventAt(ackAt, 'client', 'ACK')] : []),
      eventAt(handedOver, 'client', 'ACK'),
    ],
    outcome: endAt(handedOver, null, 'ESTABLISHED'),
    because: [
      `TCP_DEFER_ACCEPT=${seconds} s is kept as a number of timeouts and lasts ${deferAcceptReadBackS(seconds)} s (secs_to_retrans()); until the last of them the acknowledged request is left alone (syn_ack_recalc()).`,
    ],
  };
}

/** tcp_check_req(): the ACK is dropped (the request stays), or answered with RST when tcp_abort_on_overflow is 1. */
function meetsFullQueue(request: Request, at: Moment): Result {
  const { timeline, inputs, kernel } = request;
  if (inputs.number('tcp_abort_on_overflow') > 0) {
    return {
      answer: `The client is reset ${afterText(at)}: its ACK finds the accept queue full and tcp_abort_on_overflow is 1.`,
      events: [
        ...synAcksBefore(timeline, at.atMs),
        eventAt(at, 'client', 'ACK'),
        eventAt(at, 'server', 'RST'),
      ],
      outcome: endAt(at, 'ECONNRESET', 'CLOSE'),
      because: [
        'With tcp_abort_on_overflow an ACK that finds the accept queue full is answered with RST (tcp_check_req(); EmbryonicRsts and ListenOverflows rise).',
      ],
    };
  }
  const plain = synAckTimeline({
    synAckRetries: inputs.number('tcp_synack_retries'),
    synCount: inputs.number('TCP_SYNCNT'),
    rtoMaxMs: rtoMaxMsOf(inputs),
    kernel,
    hz: inputs.number('hz'),
  });
  const result = expires({ ...request, timeline: plain, peer: 'ack-lost' });
  return {
    ...result,
    because: [
      'Every ACK that finds the accept queue full is dropped (ListenOverflows rises), and the SYN-ACK is sent again: as if the ACK were lost. The client is ESTABLISHED all the time.',
      ...result.because,
    ],
  };
}

function expires(request: Request): Result {
  const { timeline, inputs, peer } = request;
  const withAcks = peer === 'ack-lost';
  const result = plainEnd(
    timeline,
    withAcks ? 'ack-lost' : 'silent',
    retryRule(inputs),
    inputs.number('rttMs'),
  );
  const ignored =
    peer === 'icmp-port-unreachable' || peer === 'icmp-host-prohibited'
      ? ['Of ICMP only host- and net-unreachable count for a request (tcp_v4_err()): this one is ignored.']
      : [];
  const pruning = pruned(request);
  return {
    ...result,
    answer: pruning === null ? result.answer : `${result.answer} ${pruning.answer}`,
    ...(pruning === null ? {} : { alternatives: [endAt(pruning.at, null, 'CLOSE')] }),
    because: [...result.because, ...ignored, ...(pruning === null ? [] : [pruning.because])],
  };
}

function retryRule(inputs: Inputs): string[] {
  const own = inputs.number('TCP_SYNCNT');
  const name = own > 0 ? 'TCP_SYNCNT of the listener' : 'tcp_synack_retries';
  const retries = own || inputs.number('tcp_synack_retries');
  return [
    `The timeouts are 1 s, 2 s, 4 s ... up to the longest RTO; after ${retries} resends (${name}) the next one removes the request silently: no RST, no counter but TCPTimeouts (reqsk_timer_handler()). tcp_syn_linear_timeouts plays no part.`,
  ];
}

function plainEnd(
  timeline: SynAckTimeline,
  peer: 'ack-lost' | 'silent',
  because: readonly string[],
  rttMs = 0,
): Result {
  const { synAcks, end } = timeline;
  const events = synAcks.flatMap((moment) => [
    eventAt(moment, 'server', 'SYN-ACK'),
    ...(peer === 'ack-lost' ? [eventAt(laterBy(moment, rttMs), 'client', 'ACK')] : []),
  ]);
  return {
    answer: `The half-open connection is forgotten ${afterText(end)}, without a word; ${synAcks.length} SYN-ACK${synAcks.length === 1 ? ' is' : 's are'} sent.${peer === 'ack-lost' ? ' The client believes to be connected until it sends something: then it gets a RST.' : ''}`,
    events,
    outcome: endAt(end, null, 'CLOSE'),
    because,
  };
}

function pruned({ inputs, kernel, timeline }: Request) {
  const retries = inputs.number('TCP_SYNCNT') || inputs.number('tcp_synack_retries');
  const limit = listenLimit(inputs.number('backlog'), inputs.number('somaxconn'));
  const requests = inputs.number('pendingRequests');
  const kept = requestsAfterPruning(requests, limit, retries);
  const at = timeline.synAcks[PRUNED_AFTER_TIMEOUTS + 1];
  if (kept === requests || at === undefined) return null;
  // The timers of the batch run in the same or the next bucket.
  const last = timerAfter({ atMs: at.atMs, latestMs: at.latestMs }, 0, { kernel, hz: inputs.number('hz') });
  return {
    at: { atMs: at.atMs, latestMs: last.latestMs },
    answer: `Of the ${requests} requests ${requests - kept} are dropped sooner, ${afterText(at)}, because they fill more than half of the listener’s limit of ${limit}.`,
    because: `While old requests fill more than half of the limit (at least 8), their retries drop to ${PRUNED_AFTER_TIMEOUTS}: ${kept} of ${requests} outlive the third timeout (reqsk_timer_handler()).`,
  };
}
