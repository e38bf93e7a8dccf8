import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpEcnOptionBeacon = defineParameter({
  name: 'net.ipv4.tcp_ecn_option_beacon',
  subject: 'opening',
  since: '6.18',
  meaning: 'How often in a round trip the option of accurate ECN is sent at least.',
  default: '3',
  range: { min: 0, max: 3 },
  read: 'when a segment is sent',
  moves: 'an option of segments, on connections with accurate ECN',
  doesNot: 'It does nothing on connections without accurate ECN.',
  interactions: ['net.ipv4.tcp_ecn_option'],
  source: 'RFC 9768 section 3.2.3; ip-sysctl.rst, tcp_ecn_option_beacon',
  judge: () => situational('It matters only on connections with accurate ECN.'),
});
