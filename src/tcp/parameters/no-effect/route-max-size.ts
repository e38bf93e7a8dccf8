import { defineParameter } from '../define-parameter.ts';
import { obsolete } from '../verdict.ts';

export const routeMaxSize = defineParameter({
  name: 'net.ipv4.route.max_size',
  subject: 'no-effect',
  meaning: 'Size of the route cache, which IPv4 has not had since 3.6.',
  scope: 'global',
  newNamespace: 'absent',
  default: '2147483647',
  range: null,
  read: 'never',
  moves: 'nothing',
  doesNot: 'It does nothing since 3.6.',
  source: 'ip-sysctl.rst, route/max_size',
  advised: ['5242880'],
  keep: 'It does nothing since 3.6.',
  judge: () => obsolete('IPv4 has had no route cache since 3.6; the value is not used.'),
});
