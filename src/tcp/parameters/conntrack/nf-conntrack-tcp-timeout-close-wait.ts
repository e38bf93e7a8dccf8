import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutCloseWait = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a connection stays tracked that one side has closed and the other has acknowledged.',
  default: '60',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at the ACK of the first FIN',
  moves: 'entries of half-closed connections',
  doesNot: 'It does not end CLOSE_WAIT of a socket: only the program’s close() does.',
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  advised: ['30'],
  judge: ({ number }) =>
    situational(
      `${
        number > 60
          ? 'Half-closed connections that stay silent keep their entry longer (kube-proxy asks for an hour), and a table fills sooner.'
          : 'It empties a full table sooner; half-closed connections that stay silent longer lose their entry.'
      } CLOSE_WAIT of sockets ends only when the program closes them.`,
    ),
});
