import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';
import { lostToAll } from './all-and-own.ts';

export const arpIgnore = defineParameter({
  name: 'net.ipv4.conf.*.arp_ignore',
  subject: 'routing',
  meaning:
    'For which addresses ARP requests are answered: 0 any of the host’s, 1 only those of the interface asked.',
  scope: 'interface',
  default: '0',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each ARP request; the larger of all and the interface’s counts',
  moves: 'which host a load balancer’s address leads to',
  doesNot: 'It does nothing for TCP itself and lengthens no queue.',
  interactions: ['net.ipv4.conf.*.arp_announce=2 belongs to it', 'the shared address on lo'],
  source: 'arp_ignore(); ip-sysctl.rst, arp_ignore',
  advised: ['1'],
  judge: ({ number }, context) =>
    number === 8
      ? harmful('The host answers no ARP request at all: nobody on the link finds it.')
      : situational(
          lostToAll('arp_ignore', number, context) ??
            'Only for servers behind a direct-return load balancer (LVS-DR), which carry its address on lo. Elsewhere it can hide addresses a neighbour needs.',
        ),
});
