import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const tcpEhashEntries = defineParameter({
  name: 'net.ipv4.tcp_ehash_entries',
  subject: 'queues',
  meaning:
    'Buckets of the table that finds a connection by its addresses; negative: the namespace shares the initial one’s.',
  since: '6.1',
  default: null,
  defaultNote: 'by memory, or thash_entries= on the kernel’s command line',
  range: null,
  writable: false,
  newNamespace: 'shared',
  read: 'set when the kernel starts',
  moves:
    'cost of finding a connection; the defaults of tcp_max_syn_backlog and tcp_max_tw_buckets come from it',
  doesNot: 'It limits nothing.',
  source: 'tcp_init(), inet_pernet_hashinfo_alloc(); ip-sysctl.rst, tcp_ehash_entries',
  judge: () => situational('It can only be read.'),
});
