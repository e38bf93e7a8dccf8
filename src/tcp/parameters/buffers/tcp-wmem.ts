import { defineParameter } from '../define-parameter.ts';
import { judgeTcpBuffers } from './judge-tcp-buffers.ts';

export const tcpWmem = defineParameter({
  name: 'net.ipv4.tcp_wmem',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'Send buffer of a TCP socket: least under memory pressure, at the start, and at most by tuning.',
  type: 'numbers',
  newNamespace: 'copy',
  default: null,
  defaultNote: '4096 16384 4194304 with enough memory (measured on 6.18)',
  range: { min: 1, max: 2_147_483_647 },
  read: 'when a socket is made (first two), while it sends (third)',
  moves: 'data in flight of one connection: throughput is at most buffer / round trip',
  doesNot: 'It lengthens no queue of connections. Its third number is no reservation.',
  interactions: [
    'SO_SNDBUF turns tuning off',
    'net.ipv4.tcp_mem: all sockets together',
    'net.ipv4.tcp_notsent_lowat',
  ],
  source: 'tcp_init_sock(), tcp_sndbuf_expand(); ip-sysctl.rst, tcp_wmem',
  advised: ['4096 65536 16777216', '4096 16384 16777216'],
  judge: ({ numbers }) =>
    judgeTcpBuffers(numbers, { usualStart: 16_384, usualMost: 4_194_304, what: 'send' }),
});
