import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpProbeThreshold = defineParameter({
  name: 'net.ipv4.tcp_probe_threshold',
  subject: 'retransmission',
  unit: 'bytes',
  meaning: 'How exactly probing finds the size before it stops.',
  default: '8',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when data is sent, with tcp_mtu_probing',
  moves: 'segment size',
  doesNot: 'Without tcp_mtu_probing it does nothing.',
  interactions: ['net.ipv4.tcp_mtu_probing'],
  source: 'tcp_mtu_probe(); ip-sysctl.rst, tcp_probe_threshold',
  judge: () => situational('Matters only with tcp_mtu_probing.'),
});
