import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpNoSsthreshMetricsSave = defineParameter({
  name: 'net.ipv4.tcp_no_ssthresh_metrics_save',
  subject: 'congestion',
  since: '5.6',
  meaning: 'Whether the slow start threshold is left out of the metrics kept for an address.',
  default: '1',
  range: { min: 0, max: 1 },
  read: 'when a connection closes',
  moves: 'how the next connection to the address begins',
  doesNot: 'It changes no queue.',
  interactions: ['net.ipv4.tcp_no_metrics_save'],
  source: 'tcp_update_metrics(); ip-sysctl.rst, tcp_no_ssthresh_metrics_save',
  keep: 'One loss does not slow the connections after it.',
  judge: () =>
    situational('One connection that met loss slows down the start of the next ones to that address.'),
});
