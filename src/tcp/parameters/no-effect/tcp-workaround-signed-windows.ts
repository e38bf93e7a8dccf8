import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpWorkaroundSignedWindows = defineParameter({
  name: 'net.ipv4.tcp_workaround_signed_windows',
  subject: 'no-effect',
  meaning: 'Whether a peer without window scaling is taken to read windows as signed numbers.',
  default: '0',
  range: { min: 0, max: 255 },
  read: 'when a window is advertised',
  moves: 'receive window towards peers without window scaling',
  doesNot: 'It does nothing for peers with window scaling, which is nearly all.',
  source: 'tcp_select_initial_window(); ip-sysctl.rst',
  judge: () => situational('Such peers get at most 32 KiB of window; no system in use needs it.'),
});
