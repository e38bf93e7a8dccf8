import { defineParameter } from '../define-parameter.ts';
import { obsolete } from '../verdict.ts';

export const routeGcTimeout = defineParameter({
  name: 'net.ipv4.route.gc_timeout',
  subject: 'no-effect',
  unit: 's',
  meaning: 'Age of entries of the route cache, which IPv4 has not had since 3.6.',
  scope: 'global',
  newNamespace: 'absent',
  default: '300',
  range: null,
  read: 'never',
  moves: 'nothing',
  doesNot: 'It does nothing since 3.6.',
  source: 'the route cache went with 3.6 (ip-sysctl.rst, route/max_size)',
  advised: ['100'],
  keep: 'It does nothing since 3.6.',
  judge: () => obsolete('IPv4 has had no route cache since 3.6; the value is not used.'),
});
