import { defineParameter } from '../define-parameter.ts';
import { obsolete } from '../verdict.ts';

export const tcpLowLatency = defineParameter({
  name: 'net.ipv4.tcp_low_latency',
  subject: 'no-effect',
  meaning: 'It chose between delay and throughput of the receive path; that choice is gone.',
  scope: 'global',
  newNamespace: 'absent',
  default: '0',
  range: null,
  read: 'never',
  moves: 'nothing',
  doesNot: 'It does nothing in current kernels.',
  source: 'ip-sysctl.rst, tcp_low_latency (“no effect anymore”)',
  advised: ['1'],
  keep: 'It has no effect any more.',
  judge: () => obsolete('The kernel no longer looks at it; the file is left for old scripts.'),
});
