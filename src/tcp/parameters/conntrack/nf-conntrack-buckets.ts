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
  judge: ({ number }) =>
    number < 16_384
      ? harmful('Chains get long: each packet costs more.')
      : situational(
          'Grow it together with nf_conntrack_max; by itself it changes only the cost of a lookup.',
        ),
});
