import { defineParameter } from '../define-parameter.ts';
import { good, harmful } from '../verdict.ts';

export const tcpWindowScaling = defineParameter({
  name: 'net.ipv4.tcp_window_scaling',
  subject: 'opening',
  meaning: 'Whether windows above 64 KiB are offered (RFC 7323).',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'when a connection is opened',
  moves: 'the most a peer may have in flight',
  doesNot: 'It changes no buffer.',
  interactions: ['net.ipv4.tcp_rmem: buffers beyond 64 KiB are of no use without it'],
  source: 'RFC 7323 section 2; tcp_select_initial_window()',
  advised: ['0', '1'],
  keep: 'Without it a connection carries at most 64 KiB in a round trip.',
  judge: ({ number }) =>
    number === 0
      ? harmful('A connection carries at most 64 KiB in a round trip: 5 Mbit/s at 100 ms.')
      : good('On, like the default of 1.'),
});
