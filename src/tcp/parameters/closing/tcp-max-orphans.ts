import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const tcpMaxOrphans = defineParameter({
  name: 'net.ipv4.tcp_max_orphans',
  subject: 'closing',
  unit: 'sockets',
  meaning: 'Closed sockets that still have something to send, of the whole kernel. Beyond it they are reset.',
  scope: 'global',
  newNamespace: 'absent',
  default: null,
  defaultNote: 'by memory; half of the buckets of the TCP hash table',
  range: null,
  read: 'when an orphan is made, and at its timeouts',
  moves: 'orphans in FIN_WAIT1, LAST_ACK, CLOSING',
  doesNot: 'It does not count TIME_WAIT nor sockets with a descriptor.',
  interactions: ['net.ipv4.tcp_orphan_retries', 'net.ipv4.tcp_mem: an orphan’s data counts there'],
  source: 'tcp_too_many_orphans(), tcp_check_oom(); ip-sysctl.rst, tcp_max_orphans',
  advised: ['262144', '16384', '3276800'],
  judge: ({ number }) =>
    number < 4096
      ? harmful(
          'Closed connections with data on the way are reset as soon as there are that many: clients lose the end of an answer.',
        )
      : situational(
          'Raise it only if “too many orphaned sockets” is in the kernel log; each can hold up to 64 KiB of memory that cannot be swapped. One value for the whole kernel.',
        ),
});
