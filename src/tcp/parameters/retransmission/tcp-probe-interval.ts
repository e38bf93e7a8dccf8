import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpProbeInterval = defineParameter({
  name: 'net.ipv4.tcp_probe_interval',
  subject: 'retransmission',
  unit: 's',
  meaning: 'How often probing tries whether the path has become wider.',
  default: '600',
  range: { min: 0, max: 4_294_967_295, perHz: true },
  read: 'when data is sent, with tcp_mtu_probing',
  moves: 'segment size',
  doesNot: 'Without tcp_mtu_probing it does nothing.',
  interactions: ['net.ipv4.tcp_mtu_probing'],
  source: 'RFC 4821; ip-sysctl.rst, tcp_probe_interval',
  judge: () => situational('Matters only with tcp_mtu_probing.'),
});
