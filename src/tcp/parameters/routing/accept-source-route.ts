import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const acceptSourceRoute = defineParameter({
  name: 'net.ipv4.conf.*.accept_source_route',
  subject: 'routing',
  meaning: 'Whether packets may prescribe their own way.',
  scope: 'interface',
  default: null,
  defaultNote: '0 in all, 1 in default and the interfaces: off, since both must be on',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each packet with that option',
  moves: 'nothing in ordinary traffic',
  doesNot: 'It concerns no queue, no timer and no SYN flood.',
  source: 'ip_rcv_options(); ip-sysctl.rst, accept_source_route',
  advised: ['0'],
  judge: ({ number }) =>
    unrelated(
      number === 0
        ? 'Hardening that is in force anyway (all is 0 by default); it has nothing to do with connections that are dropped.'
        : 'It lets senders prescribe the way of their packets, which nobody needs; unrelated to connections that are dropped.',
    ),
});
