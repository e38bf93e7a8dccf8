import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpLoose = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_loose',
  subject: 'conntrack',
  meaning: 'Whether a connection whose handshake was not seen is tracked from its next packet on.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'at a packet without an entry',
  moves: 'connections older than the firewall’s rules or their entry',
  doesNot: 'It cannot bring back a NAT mapping.',
  source: 'tcp_new(); nf_conntrack-sysctl.rst',
  advised: ['0'],
  keep: 'Connections survive a reload of the firewall.',
  judge: () =>
    situational(
      'Needed for SYNPROXY. Otherwise connections whose entry was lost (restart, timeout, asymmetric way) count as invalid and die.',
    ),
});
