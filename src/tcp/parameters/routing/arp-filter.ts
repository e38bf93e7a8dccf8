import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const arpFilter = defineParameter({
  name: 'net.ipv4.conf.*.arp_filter',
  subject: 'routing',
  meaning: 'Whether an interface answers ARP only for addresses that would be reached through it.',
  scope: 'interface',
  default: '0',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each ARP request',
  moves: 'which of several interfaces on one network answers',
  doesNot: 'It does nothing for TCP itself.',
  source: 'arp_filter(); ip-sysctl.rst, arp_filter',
  judge: () => situational('For hosts with several interfaces on one network, with source routing.'),
});
