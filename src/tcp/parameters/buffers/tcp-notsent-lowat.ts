import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpNotsentLowat = defineParameter({
  name: 'net.ipv4.tcp_notsent_lowat',
  subject: 'buffers',
  unit: 'bytes',
  meaning: 'How much unsent data a socket may hold before the program is told to wait.',
  default: '4294967295',
  range: { min: 0, max: 4_294_967_295 },
  read: 'at poll() and send(), also of open connections',
  moves: 'data that waits in the kernel of the sender',
  doesNot: 'It does not limit what is in flight, and no queue of connections.',
  interactions: ['TCP_NOTSENT_LOWAT of the socket takes its place', 'net.ipv4.tcp_wmem'],
  source: 'tcp_stream_memory_free(); ip-sysctl.rst, tcp_notsent_lowat',
  advised: ['16384', '131072'],
  keep: 'No limit; programs set their own.',
  judge: ({ number }) =>
    number < 4096
      ? situational('Programs are woken for each few segments: more system calls.')
      : situational(
          'Good for servers that choose late what to send (HTTP/2 priorities, video): less waits in the kernel, the program is woken more often.',
        ),
});
