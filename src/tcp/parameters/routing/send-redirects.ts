import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';
import { aloneAllTurnsNothingOff } from './all-and-own.ts';

export const sendRedirects = defineParameter({
  name: 'net.ipv4.conf.*.send_redirects',
  subject: 'routing',
  meaning: 'Whether a router tells senders of a better way.',
  scope: 'interface',
  default: '1',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'when a packet is forwarded; all or the interface’s own is enough',
  moves: 'ICMP redirects',
  doesNot: 'It does nothing on a host that does not forward.',
  source: 'ip_rt_send_redirect(); ip-sysctl.rst, send_redirects',
  advised: ['0'],
  judge: ({ number }, context) =>
    unrelated(
      `About routers; unrelated to queues, timers and dropped connections.${aloneAllTurnsNothingOff('send_redirects', number, context)}`,
    ),
});
