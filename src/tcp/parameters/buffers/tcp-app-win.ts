import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpAppWin = defineParameter({
  name: 'net.ipv4.tcp_app_win',
  subject: 'buffers',
  meaning: 'Which part of the window is kept for the application’s buffer, as a shift.',
  default: '31',
  range: { min: 0, max: 31 },
  read: 'while a connection’s window opens',
  moves: 'receive window',
  doesNot: 'It changes no queue.',
  source: 'tcp_init_buffer_space(); ip-sysctl.rst, tcp_app_win',
  judge: () =>
    situational(
      'It takes a part of the window away in the beginning of a connection; nothing in use needs it.',
    ),
});
