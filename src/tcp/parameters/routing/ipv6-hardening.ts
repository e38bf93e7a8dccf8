/** IPv6’s counterparts of IPv4’s hardening of routes: all there is to say is whose value counts. */
import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const acceptRedirectsIpv6 = defineParameter({
  name: 'net.ipv6.conf.*.accept_redirects',
  subject: 'routing',
  meaning: 'Whether ICMPv6 redirects of routers are followed.',
  scope: 'interface',
  default: '1',
  range: null,
  read: 'at a redirect; the interface’s own value alone counts',
  moves: 'route of single destinations',
  doesNot: 'It concerns no queue and no timer. conf.all does nothing at all.',
  source: 'rt6_do_redirect(); ip-sysctl.rst, accept_redirects',
  advised: ['0'],
  judge: (_, { of }) =>
    unrelated(
      of === 'all'
        ? 'conf.all does nothing: the interface’s own value is looked at, which begins as conf.default. Unrelated to queues, timers and dropped connections.'
        : 'Hardening of routes, sensible where no router redirects; unrelated to queues, timers and dropped connections.',
    ),
});

export const acceptSourceRouteIpv6 = defineParameter({
  name: 'net.ipv6.conf.*.accept_source_route',
  subject: 'routing',
  meaning: 'Whether packets may prescribe their own way (routing headers).',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at each packet with such a header; the smaller of all and the interface’s counts',
  moves: 'nothing in ordinary traffic',
  doesNot: 'It concerns no queue, no timer and no SYN flood.',
  source: 'ipv6_rthdr_rcv(); ip-sysctl.rst, accept_source_route',
  advised: ['0'],
  keep: 'It has nothing to do with connections that are dropped.',
  judge: () => unrelated('It has nothing to do with connections that are dropped.'),
});
