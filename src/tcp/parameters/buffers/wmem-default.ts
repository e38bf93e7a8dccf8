import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const wmemDefault = defineParameter({
  name: 'net.core.wmem_default',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'Send buffer of new sockets other than TCP.',
  scope: 'view',
  newNamespace: 'shared',
  default: '212992',
  range: null,
  read: 'when a socket is made',
  moves: 'UDP and raw sockets',
  doesNot: 'TCP begins with the middle number of tcp_wmem instead.',
  interactions: ['net.ipv4.tcp_wmem'],
  source: 'sock_init_data(), tcp_init_sock(); ip-sysctl.rst, tcp_wmem',
  advised: ['8388608'],
  keep: 'TCP does not use it.',
  judge: () =>
    unrelated(
      'It is the send buffer of UDP and other sockets; TCP begins with the middle number of tcp_wmem.',
    ),
});
