import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpTsoWinDivisor = defineParameter({
  name: 'net.ipv4.tcp_tso_win_divisor',
  subject: 'congestion',
  meaning: 'Which part of the window one large send to the card may take.',
  default: '3',
  range: { min: 0, max: 255 },
  read: 'when data is sent',
  moves: 'burstiness',
  doesNot: 'It changes no set-up.',
  source: 'tcp_tso_should_defer(); ip-sysctl.rst, tcp_tso_win_divisor',
  judge: () => situational('It trades bursts for processor time; measure before and after.'),
});
