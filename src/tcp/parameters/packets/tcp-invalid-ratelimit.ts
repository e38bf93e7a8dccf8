import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpInvalidRatelimit = defineParameter({
  name: 'net.ipv4.tcp_invalid_ratelimit',
  subject: 'packets',
  unit: 'ms',
  meaning: 'Least time between two ACKs that answer invalid segments of a connection.',
  default: '500',
  range: { min: 0, max: Number.POSITIVE_INFINITY },
  read: 'at an invalid segment, and at a repeated SYN of a half-open connection',
  moves: 'answers to keepalive and window probes, repeated SYNs',
  doesNot: 'It limits no valid traffic.',
  interactions: [
    'a live peer answers one window probe in 500 ms: tcp_retries2 of 0 or 1 ends such connections',
  ],
  source: 'tcp_oow_rate_limited(); ip-sysctl.rst, tcp_invalid_ratelimit; the kernel rounds up to its ticks',
  advised: ['0'],
  keep: 'It ends loops of ACKs.',
  judge: ({ number }) => {
    if (number > 2_147_483_647)
      return harmful(
        'The kernel takes it without a check and keeps something else: of 4,294,967,296 it keeps 0.',
      );
    return number === 0
      ? situational('Two ends that disagree can answer each other without end; only for tests.')
      : situational(
          'Loops of ACKs end, as with the default; probes and repeated SYNs are answered at this pace.',
        );
  },
});
