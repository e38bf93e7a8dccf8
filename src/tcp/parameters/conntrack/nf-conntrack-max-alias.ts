import { defineParameter } from '../define-parameter.ts';
import { judgeConntrackMax } from './judge-conntrack-max.ts';

export const nfConntrackMaxAlias = defineParameter({
  name: 'net.nf_conntrack_max',
  subject: 'conntrack',
  unit: 'entries',
  meaning: 'Another name of net.netfilter.nf_conntrack_max.',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'by memory, as many as buckets on recent kernels: 262144 measured on 6.18',
  range: null,
  read: 'at the first packet of a connection',
  moves: 'connection tracking table; beyond it packets that begin a connection are dropped',
  doesNot: 'It does nothing where no rule uses connection tracking, and concerns no queue of a listener.',
  interactions: ['net.netfilter.nf_conntrack_max: the later of the two lines counts'],
  source: 'nf_conntrack-sysctl.rst; nf_ct_netfilter_table',
  advised: ['1053616'],
  judge: ({ number }, context) => judgeConntrackMax(number, context),
});
