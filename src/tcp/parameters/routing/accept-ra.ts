import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const acceptRa = defineParameter({
  name: 'net.ipv6.conf.*.accept_ra',
  subject: 'routing',
  meaning:
    'Whether an interface takes addresses and routes from router advertisements: 0 no, 1 unless it forwards, 2 always.',
  scope: 'interface',
  default: '1',
  range: null,
  read: 'at each router advertisement; the interface’s own value alone counts',
  moves: 'IPv6 addresses and the default route',
  doesNot: 'It changes no queue and no timer. conf.all does nothing at all.',
  interactions: ['net.ipv6.conf.*.forwarding'],
  source: 'ipv6_accept_ra(); ip-sysctl.rst, accept_ra',
  advised: ['0', '2'],
  judge: ({ number }, { of }) => {
    if (of === 'all')
      return situational(
        'conf.all does nothing: only the interface’s own value is looked at, which begins as conf.default (measured on 6.18: an interface that exists keeps 1).',
      );
    return situational(
      number === 0
        ? 'Only where IPv6 addresses and routes are set by hand: otherwise the host loses its default route when the last advertisement runs out. conf.default reaches only interfaces to come.'
        : 'Also an interface that forwards heeds router advertisements: for container hosts that have their route from them.',
    );
  },
});
