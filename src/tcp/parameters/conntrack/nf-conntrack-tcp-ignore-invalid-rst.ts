import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpIgnoreInvalidRst = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_ignore_invalid_rst',
  subject: 'conntrack',
  since: '5.14',
  meaning: 'Whether resets outside of the window pass without being marked invalid.',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at each reset',
  moves: 'resets counted as invalid',
  doesNot: 'It changes no socket.',
  source: 'tcp_in_window(); nf_conntrack-sysctl.rst',
  judge: () => situational('For NAT gateways whose clients’ resets arrive out of order.'),
});
