import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutLastAck = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_last_ack',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked after the second FIN.',
  default: '30',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at the second FIN',
  moves: 'entries of closing connections',
  doesNot: 'It does not change LAST_ACK of sockets (tcp_orphan_retries).',
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  judge: () => situational('It empties a full table sooner or later.'),
});
