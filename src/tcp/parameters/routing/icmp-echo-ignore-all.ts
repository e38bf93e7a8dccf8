import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const icmpEchoIgnoreAll = defineParameter({
  name: 'net.ipv4.icmp_echo_ignore_all',
  subject: 'routing',
  meaning: 'Whether pings are ignored.',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at an ICMP echo',
  moves: 'ICMP',
  doesNot: 'It does nothing for TCP.',
  source: 'icmp_echo(); ip-sysctl.rst, icmp_echo_ignore_all',
  advised: ['1'],
  keep: 'It has nothing to do with TCP.',
  judge: () =>
    unrelated(
      'About pings: it makes finding faults harder and protects against next to nothing. Unrelated to TCP.',
    ),
});
