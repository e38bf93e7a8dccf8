import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpPlbSuspendRtoSec = defineParameter({
  name: 'net.ipv4.tcp_plb_suspend_rto_sec',
  subject: 'congestion',
  since: '6.2',
  unit: 's',
  meaning: 'How long a connection keeps its way after a timeout.',
  default: '60',
  range: { min: 0, max: 255 },
  read: 'at a timeout, with tcp_plb_enabled',
  moves: 'when a connection chooses another way',
  doesNot: 'Without tcp_plb_enabled it does nothing.',
  interactions: ['net.ipv4.tcp_plb_enabled'],
  source: 'tcp_plb.c; ip-sysctl.rst, tcp_plb_suspend_rto_sec',
  judge: () => situational('Matters only with tcp_plb_enabled.'),
});
