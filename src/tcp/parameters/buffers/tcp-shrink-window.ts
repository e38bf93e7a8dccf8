import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpShrinkWindow = defineParameter({
  name: 'net.ipv4.tcp_shrink_window',
  subject: 'buffers',
  since: '6.5',
  meaning: 'Whether an offered window may be taken back when memory gets short.',
  default: '0',
  range: { min: 0, max: 1 },
  read: 'when a window is advertised',
  moves: 'receive window under memory pressure',
  doesNot: 'It changes no queue of connections.',
  interactions: ['net.ipv4.tcp_rmem'],
  source: 'RFC 7323 section 2.4; ip-sysctl.rst, tcp_shrink_window',
  keep: 'RFC 9293 advises against taking a window back.',
  judge: () =>
    situational(
      'For hosts with many connections that read slowly: buffers stay within tcp_rmem; some peers take a shrinking window badly.',
    ),
});
