import type { Setting } from '../setting.ts';
import { finWait2Life, portReusableAfter, TIME_WAIT_MS, timeWaitLife } from './close-lifetimes.ts';
import { atLeast, type KernelVersion } from './kernel-version.ts';
import { defineModel, endAt, eventAt, type Inputs, never, type Result } from './model.ts';
import { afterText } from './moment-text.ts';
import { orphanRetries } from './retransmission-limit.ts';
import { rangeOf, rtoCatalogue, rtoSettings, unacknowledged } from './retransmit.ts';
import { catalogueSettings } from './setting-catalogue.ts';
import { startMoment } from './timer-wheel.ts';

const closings = [
  'fin-wait2-orphan',
  'fin-wait2-held',
  'fin-wait1-orphan',
  'fin-wait1-held',
  'last-ack',
  'close-wait',
  'time-wait',
] as const;
type Closing = (typeof closings)[number];

const ownSettings: readonly Setting[] = [
  {
    name: 'closing',
    meaning:
      'what is left: an orphan (the program has closed it), held (the program still has its descriptor); fin-wait1 and last-ack with a peer that does not answer',
    unit: '',
    default: 'fin-wait2-orphan',
    choices: closings,
  },
  {
    name: 'loopback',
    meaning: 'whether the connection ran over loopback',
    unit: '',
    default: 'no',
    choices: ['no', 'yes'],
  },
  {
    name: 'peerTimestamps',
    meaning: 'whether the peer sends timestamps',
    unit: '',
    default: 'yes',
    choices: ['yes', 'no'],
  },
];

/** Time 0 is when the socket enters the state; fin-wait1, last-ack: when the FIN is sent. The side that closes is the client. */
export const closeModel = defineModel({
  name: 'close',
  purpose: 'how long a closed connection lasts, and when its port can be used again',
  settings: (kernel) => [
    ...ownSettings,
    ...catalogueSettings(
      [
        'tcp_fin_timeout',
        'TCP_LINGER2',
        'tcp_orphan_retries',
        'tcp_retries2',
        'tcp_tw_reuse',
        'tcp_tw_reuse_delay',
        'tcp_timestamps',
      ],
      kernel,
    ),
    ...rtoSettings,
    ...catalogueSettings(rtoCatalogue, kernel),
  ],
  work: predictClose,
});

function predictClose(inputs: Inputs, kernel: KernelVersion): Result {
  const closing = inputs.word('closing') as Closing;
  switch (closing) {
    case 'fin-wait2-orphan':
      return finWait2(inputs, kernel);
    case 'fin-wait2-held':
      return lasts(
        'FIN_WAIT2',
        'After shutdown(SHUT_WR) the peer may send for as long as it likes: no timer runs until close() (tcp_fin_timeout starts there).',
      );
    case 'close-wait':
      return lasts(
        'CLOSE_WAIT',
        'It is the program’s turn to close: no timer runs, and no sysctl ends it (RFC 9293 section 3.6).',
      );
    case 'time-wait':
      return timeWait(inputs, kernel);
    case 'fin-wait1-held':
      return finUnanswered(inputs, kernel, false);
    default:
      return finUnanswered(inputs, kernel, true);
  }
}

function lasts(state: string, why: string): Result {
  return {
    answer: `A socket in ${state} whose program keeps the descriptor stays for ever.`,
    events: [],
    outcome: never(state),
    because: [why],
  };
}

function finWait2(inputs: Inputs, kernel: KernelVersion): Result {
  const linger2S = inputs.number('TCP_LINGER2');
  const { mostMs } = rangeOf(inputs);
  const finTimeoutS = inputs.number('tcp_fin_timeout');
  if (linger2S < 0) {
    return {
      answer: 'The connection is reset at once: TCP_LINGER2 is negative.',
      events: [eventAt(startMoment, 'client', 'RST')],
      outcome: endAt(startMoment, null, 'CLOSE'),
      because: ['With a negative TCP_LINGER2 there is no FIN_WAIT2 (__tcp_close(); TCPAbortOnData rises).'],
    };
  }
  const life = finWait2Life({ finTimeoutS, linger2S, rtoMs: mostMs, kernel, hz: inputs.number('hz') });
  const takesLinger2 = linger2S > 0 && (linger2S <= finTimeoutS || atLeast(kernel, '5.8'));
  const asked = takesLinger2 ? `TCP_LINGER2=${linger2S} s` : `tcp_fin_timeout=${finTimeoutS} s`;
  const askedMs = (takesLinger2 ? linger2S : finTimeoutS) * 1000;
  return {
    answer: `The socket in FIN_WAIT2 is gone ${afterText(life)}, silently.`,
    events: [],
    outcome: endAt(life, null, 'CLOSE'),
    because: [
      `${asked} decides how long a closed socket waits for the peer’s FIN (tcp_fin_time()).`,
      ...(askedMs > TIME_WAIT_MS
        ? [
            'Above 60 s it stays a full socket for the time beyond 60 s, and then a small one for as long again: 2 × (T - 60 s), which is less than T below 120 s (tcp_rcv_state_process(), tcp_keepalive_timer()).',
          ]
        : []),
      ...(askedMs < 3.5 * mostMs ? ['It is never shorter than 3.5 RTO.'] : []),
    ],
  };
}

function timeWait(inputs: Inputs, kernel: KernelVersion): Result {
  const life = timeWaitLife(kernel, inputs.number('hz'));
  const reusable = portReusableAfter({
    twReuse: inputs.number('tcp_tw_reuse'),
    twReuseDelayMs: inputs.number('tcp_tw_reuse_delay') || 1000,
    loopback: inputs.word('loopback') === 'yes',
    timestamps: inputs.number('tcp_timestamps') > 0 && inputs.word('peerTimestamps') === 'yes',
    kernel,
  });
  return {
    answer: `TIME_WAIT is over ${afterText(life)}. ${reusable === null ? 'Until then its port is taken for the same destination' : `A new connection to the same destination may take its port ${afterText(reusable)}`}${reusable === null ? ` (${whyNotReusable(inputs)})` : ''}.`,
    events: [],
    outcome: endAt(life, null, 'CLOSE'),
    ...(reusable === null ? {} : { alternatives: [endAt(reusable, null, 'reused')] }),
    because: [
      'TIME_WAIT lasts 60 s, a constant (TCP_TIMEWAIT_LEN); tcp_fin_timeout does not change it.',
      `tcp_tw_reuse=${inputs.number('tcp_tw_reuse')} (0 never, 1 always, 2 on loopback) lets connect() take the port, when both sides use timestamps, ${atLeast(kernel, '6.14') ? `tcp_tw_reuse_delay=${inputs.number('tcp_tw_reuse_delay')} ms after TIME_WAIT began` : 'from the next whole second on'} (tcp_twsk_unique()).`,
      'On a server, TIME_WAIT is no obstacle: a new SYN with a higher sequence number takes the connection over (tcp_timewait_state_process()).',
    ],
  };
}

function whyNotReusable(inputs: Inputs): string {
  if (inputs.number('tcp_tw_reuse') === 0) return 'tcp_tw_reuse is 0';
  if (inputs.number('tcp_timestamps') === 0 || inputs.word('peerTimestamps') === 'no')
    return 'timestamps are missing on one side';
  return 'tcp_tw_reuse=2 is for loopback';
}

function finUnanswered(inputs: Inputs, kernel: KernelVersion, isOrphan: boolean): Result {
  const retries = isOrphan
    ? orphanRetries(inputs.number('tcp_orphan_retries'))
    : inputs.number('tcp_retries2');
  const isZero = isOrphan && inputs.number('tcp_orphan_retries') === 0;
  const result = unacknowledged({
    inputs,
    kernel,
    icmp: null,
    retries,
    retriesName: isOrphan ? 'tcp_orphan_retries' : 'tcp_retries2',
    what: 'FIN',
    state: 'CLOSE',
    toldTo: isOrphan ? 'nobody' : 'application',
  });
  return {
    ...result,
    because: [
      ...result.because,
      ...(isZero
        ? [
            'tcp_orphan_retries=0 stands for 8 (tcp_orphan_retries()); tcp_retries2 does nothing to an orphan.',
          ]
        : []),
    ],
  };
}
