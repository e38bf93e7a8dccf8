import { defineParameter } from '../define-parameter.ts';
import { unrelated } from '../verdict.ts';

export const secureRedirects = defineParameter({
  name: 'net.ipv4.conf.*.secure_redirects',
  subject: 'routing',
  meaning: 'Whether redirects are followed only to gateways that are known.',
  scope: 'interface',
  default: '1',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at an ICMP redirect',
  moves: 'route of single destinations',
  doesNot: 'It concerns no queue and no timer.',
  interactions: ['net.ipv4.conf.*.accept_redirects'],
  source: '__ip_do_redirect(); ip-sysctl.rst, secure_redirects',
  judge: () =>
    unrelated(
      'About ICMP redirects; unrelated to queues, timers and dropped connections. With accept_redirects on, 0 accepts more of them, not fewer.',
    ),
});
