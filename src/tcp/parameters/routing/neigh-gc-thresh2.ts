import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';
import { crossedThresholds } from './judge-neighbours.ts';

export const neighGcThresh2 = defineParameter({
  name: 'net.ipv4.neigh.default.gc_thresh2',
  subject: 'routing',
  unit: 'entries',
  meaning: 'Above this many neighbours those older than five seconds are collected.',
  scope: 'global',
  newNamespace: 'absent',
  default: '512',
  range: null,
  read: 'when a neighbour is added',
  moves: 'ARP table of the whole kernel',
  doesNot: 'It concerns hosts on the same links only.',
  interactions: ['net.ipv4.neigh.default.gc_thresh1, gc_thresh3'],
  source: 'neigh_alloc(); ip-sysctl.rst, neigh/default/gc_thresh2',
  advised: ['4096'],
  judge: ({ number }, context) =>
    crossedThresholds(2, number, context) ??
    situational(
      'Only for hosts with many neighbours on their own links (large flat networks, many containers). One value for the whole kernel.',
    ),
});
