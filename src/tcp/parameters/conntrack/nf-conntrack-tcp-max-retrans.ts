import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpMaxRetrans = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_max_retrans',
  subject: 'conntrack',
  meaning: 'After how many resends without an answer an entry gets the shorter time.',
  default: '3',
  range: { min: 0, max: 255 },
  read: 'at a resent segment',
  moves: 'entries of connections whose peer is silent',
  doesNot: 'It ends no connection.',
  interactions: ['net.netfilter.nf_conntrack_tcp_timeout_max_retrans'],
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  judge: () => situational('It decides when a silent connection gets nf_conntrack_tcp_timeout_max_retrans.'),
});
