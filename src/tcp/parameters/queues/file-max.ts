import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

export const fileMax = defineParameter({
  name: 'fs.file-max',
  subject: 'queues',
  meaning: 'Open files of the whole kernel, sockets among them.',
  unit: 'files',
  scope: 'global',
  newNamespace: 'shared',
  default: null,
  defaultNote: 'by memory; systemd raises it',
  range: null,
  read: 'at each open(), socket(), accept()',
  moves: 'accept() fails with ENFILE beyond it, and the accept queue fills',
  doesNot:
    'It does not raise the limit of a process (RLIMIT_NOFILE, LimitNOFILE= of its unit), which is nearly always the one that is met.',
  interactions: ['RLIMIT_NOFILE of the process', 'fs.nr_open'],
  source: 'alloc_empty_file(); admin-guide/sysctl/fs.rst',
  advised: ['2097152', '65535'],
  judge: ({ number }) =>
    number < 65_536
      ? harmful(
          'It lets the whole host open so few files that accept() may fail with ENFILE; the kernel’s own value follows the memory.',
        )
      : situational(
          'Rarely the limit that is met: a process stops at its own (ulimit -n, LimitNOFILE=), and accept() then says EMFILE.',
        ),
});
