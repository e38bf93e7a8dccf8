import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';
import { crossedThresholds } from './judge-neighbours.ts';

export const neighGcThresh1 = defineParameter({
  name: 'net.ipv4.neigh.default.gc_thresh1',
  subject: 'routing',
  unit: 'entries',
  meaning: 'Below this many neighbours (ARP entries) none is collected.',
  scope: 'global',
  newNamespace: 'absent',
  default: '128',
  range: null,
  read: 'at each round of collection',
  moves: 'ARP table of the whole kernel',
  doesNot: 'It concerns hosts on the same links only.',
  interactions: ['net.ipv4.neigh.default.gc_thresh2, gc_thresh3'],
  source: 'neigh_periodic_work(); ip-sysctl.rst, neigh/default/gc_thresh1',
  advised: ['1024'],
  judge: ({ number }, context) =>
    crossedThresholds(1, number, context) ??
    situational(
      'Only for hosts with many neighbours on their own links (large flat networks, many containers). One value for the whole kernel.',
    ),
});
