import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutFinWait = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_fin_wait',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked after the first FIN.',
  default: '120',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at the first FIN',
  moves: 'entries of closing connections',
  doesNot: 'It does not change FIN_WAIT of sockets (tcp_fin_timeout).',
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  advised: ['30'],
  judge: ({ number }) =>
    number < 30
      ? harmful(
          'A peer that still sends after the other’s FIN loses its entry soon: the end of its data is dropped.',
        )
      : situational(
          'It empties a full table sooner; half-closed connections that stay silent longer lose their entry.',
        ),
});
