import { defineParameter } from '../define-parameter.ts';
import { harmful } from '../verdict.ts';

export const tcpStdurg = defineParameter({
  name: 'net.ipv4.tcp_stdurg',
  subject: 'no-effect',
  meaning: 'How the pointer of urgent data is read.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'at a segment with urgent data',
  moves: 'urgent data (telnet, old FTP)',
  doesNot: 'It does nothing for programs in use.',
  source: 'tcp_check_urg(); ip-sysctl.rst, tcp_stdurg',
  judge: () => harmful('Urgent data is then read in a way nearly nobody sends it; it has no other effect.'),
});
