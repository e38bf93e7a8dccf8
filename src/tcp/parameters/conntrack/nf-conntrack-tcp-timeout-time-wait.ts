import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const nfConntrackTcpTimeoutTimeWait = defineParameter({
  name: 'net.netfilter.nf_conntrack_tcp_timeout_time_wait',
  subject: 'conntrack',
  unit: 's',
  meaning: 'How long a closed connection stays tracked.',
  default: '120',
  range: { min: -2_147_483_647, max: 2_147_483_647, perHz: true },
  read: 'at the last ACK of a connection',
  moves: 'entries of closed connections',
  doesNot: 'It does not shorten TIME_WAIT of sockets (60 s, fixed).',
  source: 'nf_conntrack_tcp_packet(); nf_conntrack-sysctl.rst',
  advised: ['30', '1'],
  judge: ({ number }) =>
    number < 10
      ? harmful(
          'Late segments of a closed connection count as invalid and may be dropped or answered with a reset.',
        )
      : situational('It empties a full table sooner on busy gateways. TIME_WAIT of sockets stays 60 s.'),
});
