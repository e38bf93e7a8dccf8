import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const messageCost = defineParameter({
  name: 'net.core.message_cost',
  subject: 'messages',
  unit: 's',
  meaning: 'Seconds over which the kernel’s network messages are limited.',
  scope: 'global',
  newNamespace: 'absent',
  default: '5',
  range: null,
  read: 'at each rate-limited message',
  moves: 'lines such as “Possible SYN flooding” in the kernel log',
  doesNot: 'It drops no packet.',
  interactions: [
    'net.core.message_burst',
    'the SYN flooding line comes once for each listener: if it was suppressed then, it never comes',
  ],
  source: 'net_ratelimit(); admin-guide/sysctl/net.rst, message_cost; measured: 20 of 26 lines',
  advised: ['0'],
  judge: ({ number }) =>
    number === 0
      ? situational('Every message is logged: nothing is lost while you look, and a flood fills the log.')
      : situational('More or fewer network messages reach the kernel log.'),
});
