import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpRecovery = defineParameter({
  name: 'net.ipv4.tcp_recovery',
  subject: 'retransmission',
  meaning:
    'Loss detection by time (RACK): 1 on, plus 2 for a fixed reordering window, plus 4 against the threshold of duplicate ACKs.',
  default: '1',
  range: { min: 0, max: 255 },
  read: 'at each ACK',
  moves: 'how loss is noticed',
  doesNot: 'It changes no timeout of a SYN.',
  interactions: ['net.ipv4.tcp_sack, tcp_early_retrans'],
  source: 'RFC 8985; ip-sysctl.rst, tcp_recovery',
  advised: ['0'],
  keep: 'Loss is noticed by time, which also finds lost resends.',
  judge: ({ number }) =>
    (number & 1) === 0
      ? situational(
          'Without RACK lost resends are found by timeout only, and tail loss probes lose their base.',
        )
      : situational(
          'An experiment of the kernel’s developers with the reordering window; measure before and after.',
        ),
});
