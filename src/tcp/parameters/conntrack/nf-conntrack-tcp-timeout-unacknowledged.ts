import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutUnacknowledged = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_unacknowledged',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked whose data is not acknowledged.',
  default: '300',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at a segment with data',
  moves: 'entries of connections whose peer is silent',
  doesNot: 'It ends no connection.',
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  judge: () => situational('Connections that wait for a path to come back lose their entry sooner or later.'),
});
