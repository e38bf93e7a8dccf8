import { defineParameter } from '../define-parameter.ts';
import { situational } from '../verdict.ts';

export const nrOpen = defineParameter({
  name: 'fs.nr_open',
  subject: 'queues',
  meaning: 'The highest limit of open files a process may be given (RLIMIT_NOFILE).',
  unit: 'files',
  scope: 'global',
  newNamespace: 'shared',
  default: '1048576',
  range: null,
  read: 'at setrlimit()',
  moves: 'how far LimitNOFILE= can go',
  doesNot: 'It does not raise any process’s limit.',
  interactions: ['RLIMIT_NOFILE of the process', 'fs.file-max'],
  source: 'do_prlimit(); admin-guide/sysctl/fs.rst',
  keep: 'A million descriptors for a process are enough nearly everywhere.',
  judge: () =>
    situational(
      'Needed only where a process must have more than a million descriptors; the process’s own limit must be raised with it.',
    ),
});
