import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpLimitOutputBytes = defineParameter({
  name: 'net.ipv4.tcp_limit_output_bytes',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'How much of one connection may wait in the queues of the network card (TCP Small Queues).',
  default: null,
  defaultNote: '4194304 measured on 6.18, 1048576 on older kernels',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when data is sent',
  moves: 'queue of the network card',
  doesNot: 'It changes no set-up.',
  source: 'tcp_small_queue_check(); ip-sysctl.rst, tcp_limit_output_bytes',
  advised: ['262144'],
  judge: () =>
    situational(
      'Less keeps the delay of other connections low, more helps single fast flows on cards that complete late.',
    ),
});
