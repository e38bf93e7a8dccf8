import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpBeLiberal = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_be_liberal',
  subject: 'conntrack',
  meaning: 'Whether only resets outside of the window count as invalid (1), or all such packets (0).',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'at each packet of a connection',
  moves: 'packets counted as invalid',
  doesNot: 'It opens no port.',
  source: 'tcp_in_window(); nf_conntrack-sysctl.rst',
  advised: ['1'],
  judge: () =>
    situational(
      'Helps where tracking sees only one direction, or offloads confuse it, and NAT then resets connections; a little less protection.',
    ),
});
