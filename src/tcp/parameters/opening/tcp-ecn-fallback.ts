import { defineParameter } from '../define-parameter.ts';
import { harmful } from '../verdict.ts';

export const tcpEcnFallback = defineParameter({
  name: 'net.ipv4.tcp_ecn_fallback',
  subject: 'opening',
  meaning: 'Whether a SYN with ECN that got no answer is sent again without.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'at the timeout of a SYN',
  moves: 'the second SYN of an outgoing connection with ECN',
  doesNot: 'It matters only where this host asks for ECN (tcp_ecn=1).',
  interactions: ['net.ipv4.tcp_ecn'],
  source: 'RFC 3168 section 6.1.1.1; tcp_ecn_clear_syn()',
  keep: 'It gets connections through boxes that drop ECN.',
  judge: () =>
    harmful(
      'With tcp_ecn=1 a path that drops such SYNs becomes unreachable; without it the line changes nothing.',
    ),
});
