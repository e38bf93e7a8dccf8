import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpPacingCaRatio = defineParameter({
  name: 'net.ipv4.tcp_pacing_ca_ratio',
  subject: 'congestion',
  unit: '%',
  meaning: 'Pacing rate after slow start, in percent of the present rate.',
  default: '120',
  range: { min: 0, max: 1000 },
  read: 'at each ACK',
  moves: 'spacing of packets',
  doesNot: 'It does nothing without pacing (fq, bbr).',
  source: 'tcp_update_pacing_rate(); ip-sysctl.rst, tcp_pacing_ca_ratio',
  judge: ({ number }) =>
    number < 100
      ? harmful('Paced connections get slower with every round trip.')
      : situational('It spaces packets of paced connections otherwise; measure before and after.'),
});
