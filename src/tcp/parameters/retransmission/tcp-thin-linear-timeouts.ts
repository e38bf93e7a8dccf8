import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpThinLinearTimeouts = defineParameter({
  name: 'net.ipv4.tcp_thin_linear_timeouts',
  subject: 'retransmission',
  meaning:
    'Whether streams with fewer than four segments in flight keep their timeout for six times before it doubles.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'at each retransmission timeout',
  moves: 'timeouts of thin streams (games, terminals, RPC)',
  doesNot: 'It does not touch SYNs: those have tcp_syn_linear_timeouts.',
  interactions: ['TCP_THIN_LINEAR_TIMEOUTS of the socket does the same for one connection'],
  source: 'tcp_retransmit_timer(); tcp-thin.rst',
  keep: 'A program can ask for it where it needs it.',
  judge: () =>
    situational(
      'Shorter pauses for thin streams, six resends closer together into a path that may be congested; for the whole namespace.',
    ),
});
