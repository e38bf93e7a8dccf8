import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';
import { lostToAll } from './all-and-own.ts';

export const arpAnnounce = defineParameter({
  name: 'net.ipv4.conf.*.arp_announce',
  subject: 'routing',
  meaning: 'Which of its addresses a host puts into its ARP requests: 0 any, 2 the best of the interface.',
  scope: 'interface',
  default: '0',
  range: { min: -2_147_483_648, max: 2_147_483_647 },
  read: 'at each ARP request that is sent; the larger of all and the interface’s counts',
  moves: 'what neighbours learn about a shared address',
  doesNot: 'It does nothing for TCP itself and lengthens no queue.',
  interactions: ['net.ipv4.conf.*.arp_ignore=1 belongs to it'],
  source: 'arp_solicit(); ip-sysctl.rst, arp_announce',
  advised: ['2'],
  judge: ({ number }, context) =>
    situational(
      lostToAll('arp_announce', number, context) ??
        'Only for servers behind a direct-return load balancer (LVS-DR), together with arp_ignore=1; harmless elsewhere.',
    ),
});
