import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const udpWmemMin = defineParameter({
  name: 'net.ipv4.udp_wmem_min',
  subject: 'no-effect',
  unit: 'bytes',
  meaning: 'It should keep a send buffer for UDP sockets; UDP has no such accounting.',
  default: '4096',
  range: { min: 1, max: 2_147_483_647 },
  read: 'never',
  moves: 'nothing',
  doesNot: 'It does nothing at all.',
  source: 'ip-sysctl.rst, udp_wmem_min',
  judge: () => unrelated('It has no effect, not even for UDP.'),
});
