import { defineParameter } from '../define-parameter.ts';
import { good, situational } from '../verdict.ts';

export const bridgeNfCallIptables = defineParameter({
  name: 'net.bridge.bridge-nf-call-iptables',
  subject: 'routing',
  meaning: 'Whether packets that cross a bridge go through iptables.',
  default: '1',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each bridged packet, while br_netfilter is loaded',
  moves: 'firewall and connection tracking for containers and virtual machines',
  doesNot: 'It does nothing without br_netfilter: the file does not exist then.',
  interactions: ['net.netfilter.nf_conntrack_max: bridged connections are tracked too'],
  source: 'br_nf_pre_routing(); ip-sysctl.rst, bridge-nf-call-iptables',
  advised: ['1', '0'],
  keep: 'Kubernetes services need it.',
  judge: ({ number }) =>
    number === 0
      ? situational(
          'Bridged packets pass the firewall by: good for plain virtual machines, wrong for Kubernetes, whose services are firewall rules.',
        )
      : good('On: bridged packets pass the firewall, which Kubernetes needs.'),
});
