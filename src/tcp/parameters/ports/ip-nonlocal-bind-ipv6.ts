import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const ipNonlocalBindIpv6 = defineParameter({
  name: 'net.ipv6.ip_nonlocal_bind',
  subject: 'ports',
  meaning: 'Whether programs may bind IPv6 addresses the host does not have (yet).',
  default: '0',
  range: null,
  read: 'at bind()',
  moves: 'whether a service can start before its floating address comes',
  doesNot: 'It brings no packets to the host.',
  interactions: ['net.ipv4.ip_nonlocal_bind for IPv4'],
  source: '__inet6_bind(); ip-sysctl.rst, ip_nonlocal_bind',
  advised: ['1'],
  judge: () =>
    situational(
      'For pairs of load balancers with a floating address (keepalived). Elsewhere a mistyped address is no longer noticed.',
    ),
});
