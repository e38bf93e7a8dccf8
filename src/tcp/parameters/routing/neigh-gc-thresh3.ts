import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const neighGcThresh3 = defineParameter({
  name: 'net.ipv4.neigh.default.gc_thresh3',
  subject: 'routing',
  unit: 'entries',
  meaning:
    'The most neighbours (ARP entries) of the whole kernel; beyond it packets to new ones are dropped.',
  scope: 'global',
  newNamespace: 'absent',
  default: '1024',
  range: null,
  read: 'when a neighbour is added',
  moves:
    'ARP table: “neighbour: arp_cache: neighbor table overflow!” in the kernel log, connect() fails or hangs',
  doesNot: 'It concerns hosts on the same links only.',
  interactions: ['net.ipv4.neigh.default.gc_thresh1, gc_thresh2; all namespaces share the table'],
  source: 'neigh_alloc(); ip-sysctl.rst, neigh/default/gc_thresh3',
  advised: ['8192', '32768'],
  judge: ({ number }) =>
    number < 512
      ? harmful(
          'New neighbours find no place in the table, on any namespace of the host: their connections hang.',
        )
      : situational(
          'Needed on hosts with more neighbours on their own links than that (containers count), where the log says “neighbor table overflow”. One value for the whole kernel.',
        ),
});
