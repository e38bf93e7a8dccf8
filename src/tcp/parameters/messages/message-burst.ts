import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const messageBurst = defineParameter({
  name: 'net.core.message_burst',
  subject: 'messages',
  unit: 'messages',
  meaning: 'Network messages the kernel logs within message_cost seconds.',
  scope: 'global',
  newNamespace: 'absent',
  default: '10',
  range: null,
  read: 'at each rate-limited message',
  moves: 'lines such as “Possible SYN flooding” in the kernel log',
  doesNot: 'It drops no packet.',
  interactions: ['net.core.message_cost'],
  source: 'net_ratelimit(); admin-guide/sysctl/net.rst, message_burst',
  judge: () => situational('More or fewer network messages reach the kernel log.'),
});
