import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutClose = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_close',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked after a reset.',
  default: '10',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at a reset',
  moves: 'entries of reset connections',
  doesNot: 'It changes no socket.',
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  judge: () => situational('It empties a full table sooner or later.'),
});
