import { defineParameter } from '../define-parameter.ts';
import { judgeConntrackMax } from './judge-conntrack-max.ts';

export const nfConntrackMax = defineParameter({
  name: 'net.netfilter.nf_conntrack_max',
  subject: 'conntrack',
  unit: 'entries',
  meaning: 'Connections the firewall’s connection tracking remembers at most.',
  scope: 'view',
  newNamespace: 'shared',
  default: null,
  defaultNote: 'by memory, as many as buckets on recent kernels: 262144 measured on 6.18',
  range: null,
  read: 'at the first packet of a connection',
  moves: 'connection tracking table; beyond it packets that begin a connection are dropped',
  doesNot: 'It does nothing where no rule uses connection tracking, and concerns no queue of a listener.',
  interactions: [
    'net.netfilter.nf_conntrack_buckets should grow with it',
    'net.netfilter.nf_conntrack_tcp_timeout_* decide how long entries stay',
    'kernel log: “nf_conntrack: table full, dropping packet”',
  ],
  source:
    '__nf_conntrack_alloc(); nf_conntrack-sysctl.rst; one value for the kernel, counted in each namespace',
  advised: ['1048576', '65536'],
  judge: ({ number }, context) => judgeConntrackMax(number, context),
});
