import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpPlbCongThresh = defineParameter({
  name: 'net.ipv4.tcp_plb_cong_thresh',
  subject: 'congestion',
  since: '6.2',
  meaning: 'Which share of marks makes a round congested, in 256ths.',
  default: '128',
  range: { min: 0, max: 256 },
  read: 'at each round trip, with tcp_plb_enabled',
  moves: 'when a connection chooses another way',
  doesNot: 'Without tcp_plb_enabled it does nothing.',
  interactions: ['net.ipv4.tcp_plb_enabled'],
  source: 'tcp_plb.c; ip-sysctl.rst, tcp_plb_cong_thresh',
  judge: () => situational('Matters only with tcp_plb_enabled.'),
});
