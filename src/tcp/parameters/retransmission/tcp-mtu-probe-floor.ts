import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpMtuProbeFloor = defineParameter({
  name: 'net.ipv4.tcp_mtu_probe_floor',
  subject: 'retransmission',
  since: '5.4',
  unit: 'bytes',
  meaning: 'The smallest segment size probing may fall to.',
  default: '48',
  range: { min: 48, max: 65_535 },
  read: 'at a timeout, with tcp_mtu_probing',
  moves: 'segment size on paths that drop large packets silently',
  doesNot: 'Without tcp_mtu_probing it does nothing.',
  interactions: ['net.ipv4.tcp_mtu_probing, tcp_base_mss'],
  source: 'tcp_mtu_probing(); ip-sysctl.rst, tcp_mtu_probe_floor',
  judge: () =>
    situational(
      'Keeps segments above this size while a path loses everything; matters only with tcp_mtu_probing.',
    ),
});
