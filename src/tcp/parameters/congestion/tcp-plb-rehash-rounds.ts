import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpPlbRehashRounds = defineParameter({
  name: 'net.ipv4.tcp_plb_rehash_rounds',
  subject: 'congestion',
  since: '6.2',
  meaning: 'After how many congested rounds a busy connection chooses another way.',
  default: '12',
  range: { min: 0, max: 31 },
  read: 'at each round trip, with tcp_plb_enabled',
  moves: 'when a connection chooses another way',
  doesNot: 'Without tcp_plb_enabled it does nothing.',
  interactions: ['net.ipv4.tcp_plb_enabled'],
  source: 'tcp_plb.c; ip-sysctl.rst, tcp_plb_rehash_rounds',
  judge: () => situational('Matters only with tcp_plb_enabled.'),
});
