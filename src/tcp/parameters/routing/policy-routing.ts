/** Switches of an interface for hosts with several ways in and out. */
import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const srcValidMark = defineParameter({
  name: 'net.ipv4.conf.*.src_valid_mark',
  subject: 'routing',
  meaning: 'Whether rp_filter looks up the way back with the packet’s firewall mark.',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at each packet that rp_filter tests; all or the interface’s own is enough',
  moves: 'SYNs that rp_filter drops where routes depend on marks (WireGuard, VPNs)',
  doesNot: 'Without rp_filter and without routes by mark it does nothing.',
  interactions: ['net.ipv4.conf.*.rp_filter'],
  source: '__fib_validate_source(); ip-sysctl.rst, src_valid_mark',
  advised: ['1'],
  judge: () =>
    situational('Needed where routes are chosen by firewall marks while rp_filter is 1; nothing elsewhere.'),
});

export const acceptLocal = defineParameter({
  name: 'net.ipv4.conf.*.accept_local',
  subject: 'routing',
  meaning: 'Whether packets are taken from outside whose source is an address of the host itself.',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at each packet that comes in; all or the interface’s own is enough',
  moves: 'packets between two interfaces of one host over a cable, load balancers that are their own client',
  doesNot: 'Ordinary clients never send such packets.',
  source: 'fib_validate_source(); ip-sysctl.rst, accept_local',
  advised: ['1'],
  judge: () =>
    situational(
      'For hosts that reach themselves over the network (loops between two cards, LVS directors that are clients); elsewhere it lets forged packets in.',
    ),
});

export const routeLocalnet = defineParameter({
  name: 'net.ipv4.conf.*.route_localnet',
  subject: 'routing',
  meaning: 'Whether 127.0.0.0/8 may come and go through an interface.',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at each packet; all or the interface’s own is enough',
  moves: 'NAT to and from 127.0.0.1 (node ports of Kubernetes, DNAT to local services)',
  doesNot: 'It changes no queue.',
  source: 'ip_route_input_slow(); ip-sysctl.rst, route_localnet',
  advised: ['1'],
  judge: ({ number }) =>
    number === 0
      ? situational('127.0.0.0/8 stays inside the host.')
      : situational(
          'Needed for NAT to 127.0.0.1, as kube-proxy does. Neighbours on the link can then reach services that listen on 127.0.0.1 only, unless the firewall stops them (CVE-2020-8558).',
        ),
});

export const multipathHashPolicy = defineParameter({
  name: 'net.ipv4.fib_multipath_hash_policy',
  subject: 'routing',
  meaning:
    'What chooses among routes of equal cost: 0 the addresses, 1 also the ports, 2 inner addresses, 3 chosen fields.',
  default: '0',
  range: { min: 0, max: 3 },
  read: 'at each route that is looked up',
  moves: 'which of several ways a connection takes',
  doesNot: 'With one route it does nothing.',
  source: 'fib_multipath_hash(); ip-sysctl.rst, fib_multipath_hash_policy',
  advised: ['1'],
  judge: () =>
    situational(
      'It spreads connections between the same two hosts over several routes. Firewalls and load balancers on those ways must share what they know of connections.',
    ),
});
