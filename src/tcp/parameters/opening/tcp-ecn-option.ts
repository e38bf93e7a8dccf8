import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpEcnOption = defineParameter({
  name: 'net.ipv4.tcp_ecn_option',
  subject: 'opening',
  since: '6.18',
  meaning: 'How much of the option of accurate ECN is sent: 0 none, 1 little, 2 as needed.',
  default: '2',
  range: { min: 0, max: 2 },
  read: 'when a segment is sent',
  moves: 'an option of segments, on connections with accurate ECN',
  doesNot: 'It does nothing on connections without accurate ECN.',
  interactions: ['net.ipv4.tcp_ecn'],
  source: 'RFC 9768 section 3.2.3; ip-sysctl.rst, tcp_ecn_option',
  judge: () => situational('It matters only on connections with accurate ECN.'),
});
