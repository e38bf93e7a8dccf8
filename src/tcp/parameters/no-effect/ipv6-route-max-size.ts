import { atLeast } from '../../model/kernel-version.ts';
import { defineParameter } from '../define-parameter.ts';
import { obsolete, situational } from '../verdict.ts';

export const ipv6RouteMaxSize = defineParameter({
  name: 'net.ipv6.route.max_size',
  subject: 'no-effect',
  unit: 'entries',
  meaning: 'The most routes IPv6 kept for single destinations, up to 6.2.',
  default: (kernel) => (atLeast(kernel, '6.3') ? '2147483647' : '4096'),
  range: null,
  read: 'when a route is added (up to 6.2)',
  moves: 'nothing since 6.3; before, connect() to new IPv6 addresses failed with ENETUNREACH beyond it',
  doesNot: 'It does nothing since 6.3.',
  source: 'commit af6d10345ca7 (6.3); ip-sysctl.rst, route/max_size',
  advised: ['16384'],
  judge: (_, { kernel }) =>
    atLeast(kernel, '6.3')
      ? obsolete('Routes of IPv6 are collected without a limit since 6.3; the value is not used.')
      : situational(
          'Raise it where connect() to new IPv6 addresses fails with ENETUNREACH while routes exist.',
        ),
});
