import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpReordering = defineParameter({
  name: 'net.ipv4.tcp_reordering',
  subject: 'retransmission',
  unit: 'segments',
  meaning: 'How far segments may be out of order, to begin with, before a gap counts as loss.',
  default: '3',
  range: { min: 1, max: 300 },
  read: 'when a connection is opened',
  moves: 'when a fast resend begins',
  doesNot: 'The kernel adapts it for each connection; it changes no set-up.',
  interactions: [
    'net.ipv4.tcp_max_reordering',
    'net.ipv4.tcp_recovery: with RACK time decides more than this count',
  ],
  source: 'ip-sysctl.rst, tcp_reordering; RFC 8985',
  keep: 'The kernel adapts it for each connection.',
  judge: () =>
    situational(
      'The kernel adapts it for each connection; another start helps only on paths that reorder always.',
    ),
});
