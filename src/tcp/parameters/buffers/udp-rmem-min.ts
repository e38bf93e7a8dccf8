import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const udpRmemMin = defineParameter({
  name: 'net.ipv4.udp_rmem_min',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'Receive buffer a UDP socket keeps under memory pressure.',
  default: '4096',
  range: { min: 1, max: 2_147_483_647 },
  read: 'whenever a UDP socket takes memory',
  moves: 'UDP buffers',
  doesNot: 'It does nothing for TCP.',
  source: 'ip-sysctl.rst, udp_rmem_min',
  judge: () => unrelated('It is the memory of UDP sockets.'),
});
