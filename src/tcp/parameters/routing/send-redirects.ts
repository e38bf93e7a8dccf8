import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const sendRedirects = defineParameter({
  name: 'net.ipv4.conf.*.send_redirects',
  subject: 'routing',
  meaning: 'Whether a router tells senders of a better way.',
  scope: 'interface',
  default: '1',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when a packet is forwarded',
  moves: 'ICMP redirects',
  doesNot: 'It does nothing on a host that does not forward.',
  source: 'ip_rt_send_redirect(); ip-sysctl.rst, send_redirects',
  advised: ['0'],
  judge: () => unrelated('About routers; unrelated to queues, timers and dropped connections.'),
});
