import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const icmpIgnoreBogusErrorResponses = defineParameter({
  name: 'net.ipv4.icmp_ignore_bogus_error_responses',
  subject: 'routing',
  meaning: 'Whether wrong ICMP errors to broadcasts go unlogged.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'at such an ICMP error',
  moves: 'kernel log',
  doesNot: 'It does nothing for TCP.',
  source: 'icmp_unreach(); ip-sysctl.rst',
  keep: 'It has nothing to do with TCP.',
  judge: () => unrelated('About log lines; unrelated to TCP.'),
});
