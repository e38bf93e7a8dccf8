import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpPacingSsRatio = defineParameter({
  name: 'net.ipv4.tcp_pacing_ss_ratio',
  subject: 'congestion',
  unit: '%',
  meaning: 'Pacing rate in slow start, in percent of the present rate.',
  default: '200',
  range: { min: 0, max: 1000 },
  read: 'at each ACK',
  moves: 'spacing of packets',
  doesNot: 'It does nothing without pacing (fq, bbr).',
  source: 'tcp_update_pacing_rate(); ip-sysctl.rst, tcp_pacing_ss_ratio',
  keep: 'It lets the rate double in a round trip.',
  judge: ({ number }) =>
    number < 100
      ? harmful('Paced connections get slower with every round trip.')
      : situational('It spaces packets of paced connections otherwise; measure before and after.'),
});
