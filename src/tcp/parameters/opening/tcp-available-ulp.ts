import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpAvailableUlp = defineParameter({
  name: 'net.ipv4.tcp_available_ulp',
  subject: 'opening',
  meaning: 'Protocols the kernel can put on top of TCP (tls, mptcp).',
  type: 'text',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'by the kernel’s build and its modules',
  range: null,
  writable: false,
  read: 'to be read only',
  moves: 'nothing',
  doesNot: 'It is no setting.',
  source: 'ip-sysctl.rst, tcp_available_ulp',
  judge: () => situational('It can only be read.'),
});
