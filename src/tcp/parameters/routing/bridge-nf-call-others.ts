/** The counterparts of bridge-nf-call-iptables. */
import { defineParameter } from '../define-parameter.ts';
import type { Parameter } from '../parameter.ts';
import { situational } from '../verdict.ts';

function bridgeCall(tables: 'ip6tables' | 'arptables', what: string): Parameter {
  return defineParameter({
    name: `net.bridge.bridge-nf-call-${tables}`,
    subject: 'routing',
    meaning: `Whether ${what} packets that cross a bridge go through ${tables}.`,
    default: '1',
    range: null,
    read: 'at each bridged packet, while br_netfilter is loaded',
    moves: 'firewall for containers and virtual machines',
    doesNot: 'It does nothing without br_netfilter: the file does not exist then.',
    interactions: ['net.bridge.bridge-nf-call-iptables for IPv4'],
    source: `br_netfilter_hooks.c; ip-sysctl.rst, bridge-nf-call-${tables}`,
    advised: ['0'],
    keep: 'The line fails unless br_netfilter is loaded before.',
    judge: () =>
      situational(
        `Bridged ${what} packets are not filtered: good for plain virtual machines, wrong where container networks rely on ${tables}.`,
      ),
  });
}

export const bridgeNfCallIp6tables = bridgeCall('ip6tables', 'IPv6');
export const bridgeNfCallArptables = bridgeCall('arptables', 'ARP');
