import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutMaxRetrans = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_max_retrans',
  subject: 'conntrack',
  unit: 's',
  meaning:
    'How long a connection stays tracked after nf_conntrack_tcp_max_retrans resends without an answer.',
  default: '300',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at a resent segment',
  moves: 'entries of connections whose peer is silent',
  doesNot: 'It ends no connection.',
  interactions: [
    'net.netfilter.nf_conntrack_tcp_max_retrans',
    'net.ipv4.tcp_retries2: the sender’s own patience is longer',
  ],
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  judge: () => situational('Connections that wait for a path to come back lose their entry sooner or later.'),
});
