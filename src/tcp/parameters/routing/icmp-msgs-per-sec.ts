import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const icmpMsgsPerSec = defineParameter({
  name: 'net.ipv4.icmp_msgs_per_sec',
  subject: 'routing',
  unit: 'per second',
  meaning: 'ICMP errors of the host in a second, to all addresses.',
  default: '1000',
  range: { min: 0, max: 2_147_483_647 },
  read: 'when an ICMP error is sent',
  moves: 'how fast refused clients learn it, where a firewall rejects with ICMP',
  doesNot: 'It does not limit resets.',
  interactions: ['net.ipv4.icmp_ratelimit'],
  source: 'icmp_global_allow(); ip-sysctl.rst, icmp_msgs_per_sec',
  judge: () => situational('It matters only for firewalls that reject with ICMP, and for routers.'),
});
