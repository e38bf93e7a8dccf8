import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';
import { aloneAllTurnsNothingOff } from './all-and-own.ts';

export const acceptRedirects = defineParameter({
  name: 'net.ipv4.conf.*.accept_redirects',
  subject: 'routing',
  meaning: 'Whether ICMP redirects of routers are followed.',
  scope: 'interface',
  default: null,
  defaultNote: '1; ip_forward=1 makes that of all 0',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at an ICMP redirect; all or the interface’s own is enough, both are needed where the interface forwards',
  moves: 'route of single destinations',
  doesNot: 'It concerns no queue and no timer.',
  source: '__ip_do_redirect(); ip-sysctl.rst, accept_redirects',
  advised: ['0'],
  judge: ({ number }, context) =>
    unrelated(
      `Hardening of routes, sensible where no router redirects; unrelated to queues, timers and dropped connections.${context.other('net.ipv4.ip_forward')?.number === 1 ? '' : aloneAllTurnsNothingOff('accept_redirects', number, context)}`,
    ),
});
