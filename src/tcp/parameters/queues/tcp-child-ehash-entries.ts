import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpChildEhashEntries = defineParameter({
  name: 'net.ipv4.tcp_child_ehash_entries',
  subject: 'queues',
  meaning:
    'Buckets of the connection table that namespaces created from this one get as their own; 0: they share.',
  since: '6.1',
  default: '0',
  range: { min: 0, max: 16_777_216 },
  read: 'when a network namespace is created',
  moves: 'the new namespace’s table, and with it its tcp_max_tw_buckets and tcp_max_syn_backlog',
  doesNot: 'It does not change a namespace that exists.',
  interactions: [
    'a small table makes small limits: 64 buckets give tcp_max_tw_buckets=32 and tcp_max_syn_backlog=128',
  ],
  source: 'tcp_set_hashinfo(); ip-sysctl.rst, tcp_child_ehash_entries',
  keep: 'New namespaces share the large table.',
  judge: ({ number }) =>
    number < 65_536
      ? harmful(
          'Containers get a small table of their own, and with it few TIME_WAIT sockets and a short SYN queue without cookies.',
        )
      : situational('Keeps the connections of containers apart in memory; their limits follow its size.'),
});
