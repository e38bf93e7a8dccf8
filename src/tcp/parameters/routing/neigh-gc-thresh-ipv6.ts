/** The neighbour table of IPv6: as IPv4’s, with limits of its own. */
import { defineParameter } from '../define-parameter.ts';
import type { Parameter } from '../parameter.ts';
import { situational } from '../verdict.ts';
import { crossedThresholds } from './judge-neighbours.ts';

function threshold(step: 1 | 2 | 3, usual: string, meaning: string, advised: string): Parameter {
  return defineParameter({
    name: `net.ipv6.neigh.default.gc_thresh${step}`,
    subject: 'routing',
    unit: 'entries',
    meaning,
    scope: 'global',
    newNamespace: 'absent',
    default: usual,
    range: null,
    read: 'when a neighbour is added',
    moves: 'neighbour table of IPv6, of the whole kernel',
    doesNot: 'It concerns hosts on the same links only.',
    interactions: [`net.ipv4.neigh.default.gc_thresh${step} for IPv4; all namespaces share the table`],
    source: `neigh_alloc(); ip-sysctl.rst, neigh/default/gc_thresh${step}`,
    advised: [advised],
    judge: ({ number }, context) =>
      (step === 3 ? undefined : crossedThresholds(step, number, context, 'ipv6')) ??
      situational(
        'Only for hosts with many IPv6 neighbours on their own links (large flat networks, many containers). One value for the whole kernel.',
      ),
  });
}

export const neighGcThresh1Ipv6 = threshold(
  1,
  '128',
  'Below this many IPv6 neighbours none is collected.',
  '1024',
);
export const neighGcThresh2Ipv6 = threshold(
  2,
  '512',
  'Above this many IPv6 neighbours those older than five seconds are collected.',
  '4096',
);
export const neighGcThresh3Ipv6 = threshold(
  3,
  '1024',
  'The most IPv6 neighbours of the whole kernel; beyond it packets to new ones are dropped.',
  '8192',
);
