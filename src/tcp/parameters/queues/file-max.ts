import { formatCount } from '../../../base/units.ts';
import { defineParameter } from '../define-parameter.ts';
import { harmful, situational } from '../verdict.ts';

/** files_maxfiles_init(): a tenth of the memory at 1 KiB a file. */
const FILES_OF_A_GIB = 104_857;

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
    number < FILES_OF_A_GIB
      ? harmful(
          `It lets the whole host open only ${formatCount(number)} files, sockets included: less than the kernel’s own value (about 100,000 for each GiB) and systemd’s (no limit). Beyond it accept() fails with ENFILE.`,
        )
      : situational(
          'Rarely the limit that is met: a process stops at its own (ulimit -n, LimitNOFILE=), and accept() then says EMFILE. Where systemd (240 and later) starts the host, it has lifted this one already.',
        ),
});
