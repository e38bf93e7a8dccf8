import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpPlbEnabled = defineParameter({
  name: 'net.ipv4.tcp_plb_enabled',
  subject: 'congestion',
  since: '6.2',
  meaning: 'Whether a connection that meets congestion chooses another way (protective load balancing).',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at each round trip',
  moves: 'flow label, and with it the way through a network of equal paths',
  doesNot: 'It does nothing without IPv6, ECN and switches that hash the flow label.',
  interactions: ['net.ipv4.tcp_ecn and a congestion control that knows it (dctcp)', 'net.ipv4.tcp_plb_*'],
  source: 'tcp_plb.c; ip-sysctl.rst, tcp_plb_enabled',
  judge: () => situational('For data centres with dctcp over IPv6 whose switches hash the flow label.'),
});
