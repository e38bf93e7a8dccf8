import { formatCount } from '../../../base/units.ts';
import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const nfConntrackBuckets = defineParameter({
  name: 'net.netfilter.nf_conntrack_buckets',
  subject: 'conntrack',
  meaning: 'Buckets of the connection tracking table.',
  scope: 'view',
  newNamespace: 'shared',
  default: null,
  defaultNote: 'by memory: 262144 measured on 6.18',
  range: null,
  read: 'at once: the table is built anew',
  moves: 'cost of finding an entry',
  doesNot: 'It is no limit.',
  interactions: ['net.netfilter.nf_conntrack_max: as many buckets, or a quarter, keep chains short'],
  source: 'nf_conntrack_hash_resize(); nf_conntrack-sysctl.rst',
  advised: ['262144'],
  judge: ({ number }, { other }) => {
    if (number < 16_384) return harmful('Chains get long: each packet costs more.');
    const most = (other('net.netfilter.nf_conntrack_max') ?? other('net.nf_conntrack_max'))?.number;
    return situational(
      most === undefined
        ? 'Grow it together with nf_conntrack_max; by itself it changes only the cost of a lookup.'
        : `With nf_conntrack_max=${formatCount(most)}, as set here, a full table has ${formatCount(most / number, most < number ? 1 : 0)} entries in a bucket; it changes only the cost of a lookup.`,
    );
  },
});
