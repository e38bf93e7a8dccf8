import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpMinTsoSegs = defineParameter({
  name: 'net.ipv4.tcp_min_tso_segs',
  subject: 'congestion',
  unit: 'segments',
  meaning: 'The least a paced send hands to the card at once.',
  default: '2',
  range: { min: 1, max: 255 },
  read: 'when data is sent',
  moves: 'burstiness',
  doesNot: 'It changes no set-up.',
  source: 'tcp_tso_autosize(); ip-sysctl.rst, tcp_min_tso_segs',
  judge: () => situational('It trades bursts for processor time; measure before and after.'),
});
