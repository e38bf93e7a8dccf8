import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const disableIpv6 = defineParameter({
  name: 'net.ipv6.conf.*.disable_ipv6',
  subject: 'routing',
  meaning: 'Whether an interface has IPv6.',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at once: addresses are removed',
  moves: 'IPv6 of an interface',
  doesNot: 'It makes nothing faster; programs that listen on [::] or connect to ::1 may fail.',
  source: 'addrconf_disable_ipv6(); ip-sysctl.rst, disable_ipv6',
  advised: ['1'],
  judge: () =>
    unrelated('It takes IPv6 away, also from programs that talk to ::1; unrelated to queues and timers.'),
});
