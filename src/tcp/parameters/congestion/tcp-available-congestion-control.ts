import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpAvailableCongestionControl = defineParameter({
  name: 'net.ipv4.tcp_available_congestion_control',
  subject: 'congestion',
  meaning: 'What the kernel has loaded.',
  type: 'text',
  scope: 'view',
  newNamespace: 'shared',
  default: null,
  defaultNote: 'by the kernel’s build and its modules',
  range: null,
  writable: false,
  read: 'to be read only',
  moves: 'nothing',
  doesNot: 'Modules that are not loaded are not shown.',
  source: 'ip-sysctl.rst, tcp_available_congestion_control',
  judge: () => situational('It can only be read.'),
});
