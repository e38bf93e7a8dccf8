import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpBaseMss = defineParameter({
  name: 'net.ipv4.tcp_base_mss',
  subject: 'retransmission',
  unit: 'bytes',
  meaning: 'Segment size at which probing begins.',
  default: '1024',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when probing begins',
  moves: 'first segment size with tcp_mtu_probing',
  doesNot: 'Without tcp_mtu_probing it does nothing.',
  interactions: ['net.ipv4.tcp_mtu_probing'],
  source: 'tcp_mtup_init(); RFC 4821; ip-sysctl.rst, tcp_base_mss',
  keep: 'It fits every path in use.',
  judge: ({ number }) =>
    number < 88
      ? harmful('Segments that small are mostly headers.')
      : situational('Matters only with tcp_mtu_probing.'),
});
