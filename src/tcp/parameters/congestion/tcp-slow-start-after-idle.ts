import { defineParameter } from '../define-parameter.ts';
import { good, situational } from '../verdict.ts';

export const tcpSlowStartAfterIdle = defineParameter({
  name: 'net.ipv4.tcp_slow_start_after_idle',
  subject: 'congestion',
  meaning: 'Whether a connection that was idle for longer than a retransmission timeout starts slowly again.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'when data is sent after a pause',
  moves: 'congestion window of long-lived connections with pauses',
  doesNot: 'It does nothing for new connections.',
  source: 'tcp_slow_start_after_idle_check(); RFC 5681 section 4.1; ip-sysctl.rst, tcp_slow_start_after_idle',
  advised: ['0'],
  keep: 'A path that has changed meanwhile is not flooded.',
  judge: ({ number }) =>
    number === 0
      ? situational(
          'Good for long-lived connections with pauses (HTTP/2, pools, databases): the first answer after a pause comes at full speed. A burst may then meet a path that has changed. New connections do not profit.',
        )
      : good('On, like the default of 1.'),
});
