import { defineParameter } from '../define-parameter.ts';
import { good, situational } from '../verdict.ts';

export const tcpDsack = defineParameter({
  name: 'net.ipv4.tcp_dsack',
  subject: 'opening',
  meaning:
    'Whether a receiver reports segments that came twice, so that the sender can tell loss from reordering.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'when a segment arrives twice',
  moves: 'how fast a sender notices needless resends',
  doesNot: 'It does nothing for opening or closing connections.',
  interactions: ['net.ipv4.tcp_sack'],
  source: 'RFC 2883; ip-sysctl.rst, tcp_dsack',
  keep: 'Senders learn from it that a resend was needless.',
  judge: ({ number }) =>
    number === 0
      ? situational(
          'Senders no longer learn that their resends were needless; there is no load it would relieve.',
        )
      : good('On, like the default of 1.'),
});
