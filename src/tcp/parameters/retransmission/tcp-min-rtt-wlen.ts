import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpMinRttWlen = defineParameter({
  name: 'net.ipv4.tcp_min_rtt_wlen',
  subject: 'retransmission',
  unit: 's',
  meaning: 'Over how long the smallest round-trip time is kept.',
  default: '300',
  range: { min: 0, max: 86_400 },
  read: 'at each ACK',
  moves: 'reordering window of RACK, pacing',
  doesNot: 'It changes no set-up.',
  source: 'tcp_update_rtt_min(); ip-sysctl.rst, tcp_min_rtt_wlen',
  judge: () =>
    situational(
      'Shorter follows route changes sooner, longer forgets congestion less; measure before and after.',
    ),
});
