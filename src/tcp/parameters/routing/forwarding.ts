import { defineParameter } from '../define-parameter.ts';
import { situational, unrelated } from '../verdict.ts';

export const forwarding = defineParameter({
  name: 'net.ipv4.conf.*.forwarding',
  subject: 'routing',
  meaning: 'Whether packets that come in through an interface are forwarded.',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at each packet for another host',
  moves: 'routers, container hosts',
  doesNot: 'It does nothing for connections of the host itself.',
  interactions: ['net.ipv4.ip_forward is conf.all.forwarding: written, it sets every interface'],
  source: 'devinet_sysctl_forward(); ip-sysctl.rst, forwarding',
  advised: ['1'],
  judge: () =>
    unrelated(
      'For routers and container hosts; a server’s own connections do not change. conf.all is ip_forward and sets every interface, so its line belongs before those of interfaces.',
    ),
});

export const forwardingIpv6 = defineParameter({
  name: 'net.ipv6.conf.*.forwarding',
  subject: 'routing',
  meaning: 'Whether IPv6 packets that come in through an interface are forwarded.',
  scope: 'interface',
  default: '0',
  range: null,
  read: 'at each packet for another host; conf.all sets every interface',
  moves: 'routers, container hosts; and whether router advertisements are heard',
  doesNot: 'It does nothing for connections of the host itself, but for their default route.',
  interactions: ['net.ipv6.conf.*.accept_ra: 1 is ignored by an interface that forwards, 2 is not'],
  source: 'addrconf_fixup_forwarding(), ipv6_accept_ra(); ip-sysctl.rst, forwarding',
  advised: ['1'],
  judge: ({ number }, { other }) => {
    const ra = other('net.ipv6.conf.all.accept_ra') ?? other('net.ipv6.conf.default.accept_ra');
    return number === 0 || ra?.number === 2
      ? unrelated('For routers and container hosts; a server’s own connections do not change.')
      : situational(
          'For routers and container hosts. An interface that forwards no longer heeds router advertisements unless its accept_ra is 2: a host that has its default route from them loses IPv6 some minutes later.',
        );
  },
});
