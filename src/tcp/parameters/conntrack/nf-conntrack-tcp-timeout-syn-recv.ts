import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutSynRecv = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_syn_recv',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked whose SYN was answered and whose final ACK is missing.',
  default: '60',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at the SYN-ACK',
  moves: 'entries of half-open connections',
  doesNot: 'It does not change the SYN queue of a listener.',
  interactions: ['net.ipv4.tcp_synack_retries: the server’s own patience'],
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  advised: ['30'],
  judge: ({ number }) =>
    number < 5
      ? harmful('Handshakes over slow paths lose their entry before the final ACK comes.')
      : situational(
          `Entries of half-open connections go ${number < 60 ? 'sooner' : 'later'}; in a full table they are evicted early anyway.`,
        ),
});
