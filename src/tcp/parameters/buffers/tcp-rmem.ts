import { atLeast } from '../../model/kernel-version.ts';
import { defineParameter } from '../define-parameter.ts';
import { judgeTcpBuffers } from './judge-tcp-buffers.ts';

export const tcpRmem = defineParameter({
  name: 'net.ipv4.tcp_rmem',
  subject: 'buffers',
  unit: 'bytes',
  meaning:
    'Receive buffer of a TCP socket: least under memory pressure, at the start, and at most by tuning.',
  type: 'numbers',
  newNamespace: 'copy',
  default: null,
  defaultNote: '4096 131072 33554432 measured on 6.18; 6291456 at most on older kernels with enough memory',
  range: { min: 1, max: 2_147_483_647 },
  read: 'when a socket is made (first two), while it receives (third)',
  moves: 'receive window: throughput of one connection is at most window / round trip',
  doesNot: 'It lengthens no queue of connections. Its third number is no reservation.',
  interactions: [
    'net.ipv4.tcp_moderate_rcvbuf=0 or SO_RCVBUF turn tuning off',
    'net.ipv4.tcp_mem: all sockets together',
    'net.ipv4.tcp_window_scaling',
  ],
  source: 'tcp_init_sock(), tcp_rcv_space_adjust(); ip-sysctl.rst, tcp_rmem',
  advised: ['4096 349520 16777216', '4096 87380 16777216'],
  judge: ({ numbers }, { kernel }) =>
    judgeTcpBuffers(numbers, {
      usualStart: 131_072,
      usualMost: atLeast(kernel, '6.18') ? 33_554_432 : 6_291_456,
      what: 'receive',
    }),
});
