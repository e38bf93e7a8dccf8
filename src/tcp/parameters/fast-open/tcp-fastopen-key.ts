import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpFastopenKey = defineParameter({
  name: 'net.ipv4.tcp_fastopen_key',
  subject: 'fast-open',
  meaning: 'Keys of the cookies for Fast Open.',
  type: 'text',
  default: null,
  defaultNote: 'none until it is needed, then by chance',
  range: null,
  read: 'at a SYN with Fast Open',
  moves: 'which cookies are accepted',
  doesNot: 'It does nothing without a server’s Fast Open.',
  interactions: ['net.ipv4.tcp_fastopen'],
  source: 'RFC 7413; ip-sysctl.rst, tcp_fastopen_key',
  judge: () =>
    situational(
      'For servers behind one load balancer, which must agree on it. It is a secret: the file should not be readable for all.',
    ),
});
