import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpRetransCollapse = defineParameter({
  name: 'net.ipv4.tcp_retrans_collapse',
  subject: 'retransmission',
  meaning: 'Whether small segments are joined when they are sent again.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'at a retransmission',
  moves: 'size of resent segments',
  doesNot: 'It changes no timeout.',
  source: 'tcp_retrans_try_collapse(); ip-sysctl.rst, tcp_retrans_collapse',
  keep: 'Fewer, larger resends.',
  judge: () => situational('Made for printers that could not take joined segments; more packets otherwise.'),
});
