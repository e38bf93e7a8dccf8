import { atLeast } from '../../model/kernel-version.ts';
import { defineParameter } from '../define-parameter.ts';
import { obsolete, situational } from '../verdict.ts';

export const tcpAdvWinScale = defineParameter({
  name: 'net.ipv4.tcp_adv_win_scale',
  subject: 'buffers',
  meaning: 'Which part of the receive buffer is kept for the kernel’s own overhead.',
  default: '1',
  range: { min: -31, max: 31 },
  read: 'when a window is advertised',
  moves: 'receive window',
  doesNot: 'Since 6.6 it does nothing: the kernel measures the overhead of each socket.',
  interactions: ['net.ipv4.tcp_rmem'],
  source: 'tcp_win_from_space(); ip-sysctl.rst, tcp_adv_win_scale (“obsolete since linux-6.6”)',
  advised: ['2', '1'],
  judge: (_, { kernel }) =>
    atLeast(kernel, '6.6')
      ? obsolete('Since 6.6 the kernel measures the overhead of each socket and does not look at it.')
      : situational('It shifts how much of the receive buffer is offered to the peer.'),
});
