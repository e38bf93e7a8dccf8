import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const udpMem = defineParameter({
  name: 'net.ipv4.udp_mem',
  subject: 'buffers',
  unit: 'pages of 4 KiB',
  meaning: 'Memory of all UDP sockets of the kernel together.',
  type: 'numbers',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'by memory',
  range: null,
  read: 'whenever a UDP socket takes memory',
  moves: 'UDP buffers',
  doesNot: 'It does nothing for TCP.',
  source: 'udp_init(); ip-sysctl.rst, udp_mem',
  judge: () => unrelated('It is the memory of UDP sockets.'),
});
