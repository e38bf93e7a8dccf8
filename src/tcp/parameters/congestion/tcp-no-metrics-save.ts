import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpNoMetricsSave = defineParameter({
  name: 'net.ipv4.tcp_no_metrics_save',
  subject: 'congestion',
  meaning:
    'Whether a closing connection keeps round-trip time and window for the next one to that address (0) or not (1).',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'when a connection closes',
  moves: 'how the next connection to the address begins',
  doesNot: 'It changes no queue.',
  interactions: [
    'net.ipv4.tcp_no_ssthresh_metrics_save',
    'without cookies the kernel knows proven clients by these metrics (SYN queue)',
  ],
  source: 'tcp_update_metrics(), tcp_peer_is_proven(); ip-sysctl.rst, tcp_no_metrics_save',
  advised: ['1'],
  judge: () =>
    situational(
      'Connections begin without what was learnt about an address. Good for measuring and for clients behind one NAT whose paths differ; otherwise a slightly worse start.',
    ),
});
