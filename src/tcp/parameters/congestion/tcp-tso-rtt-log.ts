import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpTsoRttLog = defineParameter({
  name: 'net.ipv4.tcp_tso_rtt_log',
  subject: 'congestion',
  since: '5.18',
  meaning: 'Up to which round-trip time (2^n µs) sends to the card are made larger.',
  default: '9',
  range: { min: 0, max: 255 },
  read: 'when data is sent',
  moves: 'burstiness on short paths',
  doesNot: 'It changes no set-up.',
  source: 'tcp_tso_autosize(); ip-sysctl.rst, tcp_tso_rtt_log',
  judge: () => situational('It trades bursts for processor time on short paths; measure before and after.'),
});
