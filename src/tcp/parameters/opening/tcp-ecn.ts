import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpEcn = defineParameter({
  name: 'net.ipv4.tcp_ecn',
  subject: 'opening',
  meaning: 'Explicit congestion notification: 0 off, 1 asked for and accepted, 2 accepted only.',
  default: '2',
  range: { min: 0, max: 2 },
  read: 'when a connection is opened',
  moves: 'flags of the SYN; marks instead of losses where routers support it',
  doesNot: 'It does nothing unless both sides and the path take part.',
  interactions: ['net.ipv4.tcp_ecn_fallback', 'a SYN cookie drops it without timestamps'],
  source: 'RFC 3168; ip-sysctl.rst, tcp_ecn',
  advised: ['1', '0'],
  keep: 'It answers who asks and asks nobody.',
  judge: ({ number }) =>
    number === 1
      ? situational(
          'Useful inside networks whose routers mark. On the way there are still boxes that drop such SYNs: the first SYN is then lost, a second later one without ECN is sent (tcp_ecn_fallback).',
        )
      : situational(
          'Turns marks off also for peers that ask for them; needed only for a box on the path that mistreats them.',
        ),
});
