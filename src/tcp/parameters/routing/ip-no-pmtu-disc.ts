import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const ipNoPmtuDisc = defineParameter({
  name: 'net.ipv4.ip_no_pmtu_disc',
  subject: 'routing',
  meaning: 'Path MTU discovery: 0 on, 1 off, 2 also ignores messages, 3 strict.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'when a socket is made',
  moves: 'packet size on paths with tunnels',
  doesNot: 'The handshake has no large packets.',
  interactions: ['net.ipv4.tcp_mtu_probing is the better cure for lost ICMP'],
  source: 'ip-sysctl.rst, ip_no_pmtu_disc',
  advised: ['1'],
  judge: () =>
    situational(
      'Packets may be fragmented on the way instead of being sized: a stopgap for paths that lose ICMP. tcp_mtu_probing=1 is the better one.',
    ),
});
