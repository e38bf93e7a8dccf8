import { defineParameter } from '../define-parameter.ts';
import { fromSetting } from '../from-setting.ts';
import { harmful, situational } from '../verdict.ts';
import { deadPeerAfter } from './dead-peer-after.ts';

export const tcpKeepaliveTime = defineParameter({
  ...fromSetting('tcp_keepalive_time'),
  subject: 'keepalive',
  meaning: 'Idle time before the first keepalive probe.',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'when the keepalive timer is set: a socket with keepalive follows at its next turn',
  moves: 'keepalive timer: a dead peer is noticed after time + probes × interval',
  doesNot:
    'It does nothing for sockets without SO_KEEPALIVE, which most programs do not set, and nothing while data is unacknowledged.',
  interactions: [
    'SO_KEEPALIVE must be on; TCP_KEEPIDLE of the socket takes its place',
    'idle timeouts on the way: load balancers and NAT forget connections after minutes (conntrack 5 days, AWS NLB 350 s)',
    'TCP_USER_TIMEOUT takes the place of the number of probes',
  ],
  source: 'tcp_keepalive_timer(); RFC 9293 section 3.8.4; halfopen predict keepalive',
  advised: ['600', '60', '30'],
  keep: 'Two hours, as RFC 1122 asks; programs that need less set TCP_KEEPIDLE.',
  judge: ({ number }, context) => {
    if (number < 0)
      return harmful(
        'With a negative time no probe is sent and dead peers stay (measured on 6.18; the kernel takes it without a check).',
      );
    if (number === 0)
      return harmful(
        'The first probe goes out at once and the next ones every tcp_keepalive_intvl, for every idle connection with keepalive (measured on 6.18).',
      );
    if (number < 10)
      return harmful(
        'A probe every few seconds for every connection with keepalive of the host: packets and wakeups for nothing, and short outages end connections.',
      );
    return number > 7200
      ? situational('Dead peers are noticed later, and middleboxes forget idle connections sooner than that.')
      : situational(
          `Only for sockets with SO_KEEPALIVE, all of this namespace: ${deadPeerAfter({ time: number }, context)}, and middleboxes do not forget the connection if the time is shorter than their shortest idle timeout.`,
        );
  },
});
