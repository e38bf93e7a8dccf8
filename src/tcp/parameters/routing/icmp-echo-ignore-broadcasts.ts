import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const icmpEchoIgnoreBroadcasts = defineParameter({
  name: 'net.ipv4.icmp_echo_ignore_broadcasts',
  subject: 'routing',
  meaning: 'Whether pings to broadcast addresses are ignored.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'at an ICMP echo',
  moves: 'ICMP',
  doesNot: 'It does nothing for TCP.',
  source: 'icmp_echo(); ip-sysctl.rst, icmp_echo_ignore_broadcasts',
  advised: ['1'],
  keep: 'It has nothing to do with TCP.',
  judge: () => unrelated('About pings; unrelated to TCP.'),
});
