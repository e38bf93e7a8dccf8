import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutSynSent = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_syn_sent',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked whose SYN got no answer.',
  default: '120',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at each SYN',
  moves: 'entries of attempts',
  doesNot: 'It does not change connect().',
  interactions: ['net.ipv4.tcp_syn_retries'],
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  advised: ['30'],
  judge: ({ number }) =>
    number < 5
      ? harmful('Attempts whose answer takes a few seconds lose their entry.')
      : situational(
          `Entries of attempts go ${number < 120 ? 'sooner' : 'later'}; each SYN that is sent again renews them.`,
        ),
});
