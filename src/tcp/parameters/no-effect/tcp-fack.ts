import { defineParameter } from '../define-parameter.ts';
import { obsolete } from '../verdict.ts';

export const tcpFack = defineParameter({
  name: 'net.ipv4.tcp_fack',
  subject: 'no-effect',
  meaning: 'It chose a way of loss recovery that RACK has replaced.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'never',
  moves: 'nothing',
  doesNot: 'It does nothing in current kernels.',
  interactions: ['net.ipv4.tcp_recovery'],
  source: 'ip-sysctl.rst, tcp_fack (“no effect anymore”)',
  advised: ['1'],
  keep: 'It has no effect any more.',
  judge: () => obsolete('The kernel no longer looks at it; RACK (tcp_recovery) has taken its place.'),
});
