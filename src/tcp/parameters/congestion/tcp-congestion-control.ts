import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpCongestionControl = defineParameter({
  name: 'net.ipv4.tcp_congestion_control',
  subject: 'congestion',
  meaning: 'The congestion control of new connections.',
  type: 'text',
  newNamespace: 'copy',
  default: null,
  defaultNote: 'by the kernel’s build, mostly cubic',
  range: null,
  read: 'when a connection is opened or accepted; a listener’s TCP_CONGESTION takes its place',
  moves: 'how fast data is sent',
  doesNot: 'It changes nothing before the handshake is complete: no SYN, no queue.',
  interactions: [
    'net.ipv4.tcp_available_congestion_control: its module must be loaded',
    'net.core.default_qdisc: bbr paces by itself since 4.13',
    'TCP_CONGESTION of the socket; congctl of a route',
  ],
  source: 'tcp_set_default_congestion_control(); ip-sysctl.rst, tcp_congestion_control',
  advised: ['bbr', 'cubic'],
  judge: ({ text }) =>
    situational(
      `How fast data is sent, after the handshake: it opens no connection sooner. The write fails where ${text} is not built in and its module cannot be loaded.`,
    ),
});
