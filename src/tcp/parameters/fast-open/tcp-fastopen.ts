import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpFastopen = defineParameter({
  name: 'net.ipv4.tcp_fastopen',
  subject: 'fast-open',
  meaning:
    'TCP Fast Open, bits: 1 client, 2 server, 4 client without a cookie, 512 server without a cookie, 1024 all listeners.',
  default: '1',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at connect() or send(), and at each SYN',
  moves: 'data in the SYN, one round trip less for a client that was here before',
  doesNot: 'It does nothing unless the programs on both sides ask for it. It lengthens no queue.',
  interactions: [
    'TCP_FASTOPEN of the listener: its number of waiting requests',
    'net.ipv4.tcp_fastopen_key must be the same behind one load balancer',
  ],
  source: 'RFC 7413; ip-sysctl.rst, tcp_fastopen',
  advised: ['3'],
  keep: 'Clients that ask for it may use it.',
  judge: ({ number }) => {
    if ((number & 0x200) !== 0)
      return harmful(
        'The server takes data in a SYN without a cookie: anybody can make it work, and answer, with a forged address.',
      );
    if ((number & 0x400) !== 0)
      return situational('Every listener takes data in the SYN. Programs must bear the same request twice.');
    if ((number & 2) !== 0)
      return situational(
        'Servers that set TCP_FASTOPEN take data in the SYN: one round trip less for clients that come again. Boxes on the way that drop such SYNs cost a second instead.',
      );
    return situational('Clients that ask for Fast Open no longer get it; nothing else changes.');
  },
});
