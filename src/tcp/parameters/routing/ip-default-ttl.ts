import { defineParameter } from '../define-parameter.ts';
import { harmful, unrelated } from '../verdict.ts';

export const ipDefaultTtl = defineParameter({
  name: 'net.ipv4.ip_default_ttl',
  subject: 'routing',
  meaning: 'How many routers a packet may pass.',
  default: '64',
  range: { min: 1, max: 255 },
  read: 'when a packet is sent',
  moves: 'reach',
  doesNot: 'It changes no queue and no timer.',
  source: 'ip_select_ttl(); ip-sysctl.rst, ip_default_ttl',
  judge: ({ number }) =>
    number < 32
      ? harmful('Distant hosts cannot be reached: their answers never come and connections time out.')
      : unrelated('Enough to reach any host; nothing else changes.'),
});
