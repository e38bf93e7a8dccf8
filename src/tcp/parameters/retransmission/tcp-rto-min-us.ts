import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { situational } from '../verdict.ts';

export const tcpRtoMinUs = defineParameter({
  ...fromSetting('tcp_rto_min_us'),
  subject: 'retransmission',
  unit: 'µs',
  meaning: 'Least variance in a retransmission timeout: the timeout is at least the round trip plus this.',
  range: { min: 1, max: 2_147_483_647 },
  read: 'when a connection is opened; rto_min of a route goes before it',
  moves: 'retransmission timeout of data',
  doesNot: 'It changes neither the first second of a SYN nor keepalive.',
  interactions: [
    'rto_min of the route (ip route) takes its place',
    'delayed ACKs of the peer wait up to 200 ms on some systems',
  ],
  source: 'tcp_rto_min(), __tcp_set_rto(); RFC 6298 section 2',
  advised: ['5000'],
  keep: 'It covers the delayed ACKs of peers.',
  judge: ({ number }) =>
    number < 40_000
      ? situational(
          'Good inside a data centre whose hosts acknowledge within that time; elsewhere delayed ACKs (40 to 200 ms) look like losses and are answered with needless resends.',
        )
      : situational(
          'Timeouts follow the round-trip time with this margin; needless resends where peers delay ACKs for longer.',
        ),
});
