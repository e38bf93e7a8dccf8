import { defineParameter } from '../define-parameter.ts';
import { good, harmful } from '../verdict.ts';

export const tcpModerateRcvbuf = defineParameter({
  name: 'net.ipv4.tcp_moderate_rcvbuf',
  subject: 'buffers',
  meaning: 'Whether the receive buffer grows with what a connection needs.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'while data is received',
  moves: 'receive window',
  doesNot: 'It changes no queue of connections.',
  interactions: ['net.ipv4.tcp_rmem gives the bounds'],
  source: 'tcp_rcv_space_adjust(); ip-sysctl.rst, tcp_moderate_rcvbuf',
  advised: ['1', '0'],
  keep: 'Buffers grow where a connection needs it.',
  judge: ({ number }) =>
    number === 0
      ? harmful(
          'Every receive buffer stays at the middle number of tcp_rmem: long paths become slow, or all connections take too much.',
        )
      : good('On, like the default of 1.'),
});
