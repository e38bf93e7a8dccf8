/** vm.* and fs.*: beside TCP’s parameters in many blocks of advice, and nothing to do with connections. One table: all there is to say is what they are about. */
import { unrelatedParameter } from './unrelated-parameter.ts';

export const swappiness = unrelatedParameter({
  name: 'vm.swappiness',
  meaning: 'How readily the kernel swaps out programs rather than file cache.',
  default: '60',
  advised: ['0', '10'],
  source: 'admin-guide/sysctl/vm.rst, swappiness',
  about: 'about swapping',
  judge: ({ number }) =>
    number === 0
      ? 'Unrelated to TCP, and risky: with 0 the kernel swaps only when memory is all but gone, so that the OOM killer may come while swap is free.'
      : 'Unrelated to TCP: about swapping. A server that swaps accepts slowly, but the cure is memory.',
});

export const overcommitMemory = unrelatedParameter({
  name: 'vm.overcommit_memory',
  meaning:
    'Whether more memory may be promised than there is: 0 within reason, 1 always, 2 never beyond a limit.',
  default: '0',
  advised: ['1', '2'],
  source: 'mm/overcommit-accounting.rst',
  about: 'about memory',
  judge: ({ number }) =>
    number === 2
      ? 'Unrelated to TCP, and risky: with 2 programs get ENOMEM at swap + overcommit_ratio % of the memory, also fork() of a large server, while memory is free.'
      : 'Unrelated to TCP: about promises of memory. Redis asks for 1 because it forks.',
});

export const overcommitRatio = unrelatedParameter({
  name: 'vm.overcommit_ratio',
  meaning: 'Which part of the memory counts for overcommit_memory=2.',
  unit: '%',
  default: '50',
  advised: ['99'],
  source: 'mm/overcommit-accounting.rst',
  about: 'about memory, and only with vm.overcommit_memory=2',
});

export const dirtyRatio = unrelatedParameter({
  name: 'vm.dirty_ratio',
  meaning: 'How much of the memory may wait to be written before a writer has to wait.',
  unit: '%',
  default: '20',
  advised: ['10', '80'],
  source: 'admin-guide/sysctl/vm.rst, dirty_ratio',
  about: 'about writing to disks',
});

export const dirtyBackgroundRatio = unrelatedParameter({
  name: 'vm.dirty_background_ratio',
  meaning: 'How much of the memory may wait before the kernel begins to write.',
  unit: '%',
  default: '10',
  advised: ['5'],
  source: 'admin-guide/sysctl/vm.rst, dirty_background_ratio',
  about: 'about writing to disks',
});

export const vfsCachePressure = unrelatedParameter({
  name: 'vm.vfs_cache_pressure',
  meaning: 'How readily the kernel gives up its cache of names and inodes.',
  default: '100',
  advised: ['50'],
  source: 'admin-guide/sysctl/vm.rst, vfs_cache_pressure',
  about: 'about the cache of the file system',
});

export const maxMapCount = unrelatedParameter({
  name: 'vm.max_map_count',
  meaning: 'Memory maps of a process.',
  defaultNote: '65530 by the kernel; some distributions set more',
  advised: ['262144'],
  source: 'admin-guide/sysctl/vm.rst, max_map_count',
  about: 'about memory maps of a process (Elasticsearch, games)',
});

export const minFreeKbytes = unrelatedParameter({
  name: 'vm.min_free_kbytes',
  meaning: 'Memory the kernel keeps free for itself.',
  unit: 'KiB',
  defaultNote: 'by memory',
  advised: ['65536'],
  source: 'admin-guide/sysctl/vm.rst, min_free_kbytes',
  about:
    'about memory kept free; only where the log shows page allocation failures of the network driver does it touch packets',
});

export const suidDumpable = unrelatedParameter({
  name: 'fs.suid_dumpable',
  meaning: 'Whether programs with raised privileges leave core dumps.',
  defaultNote: '0 by the kernel; systemd-coredump sets 2',
  advised: ['0'],
  source: 'admin-guide/sysctl/fs.rst, suid_dumpable',
  about: 'about core dumps',
});

export const inotifyMaxUserWatches = unrelatedParameter({
  name: 'fs.inotify.max_user_watches',
  meaning: 'Files a user may watch.',
  defaultNote: 'by memory; 8192 on older kernels',
  advised: ['524288'],
  source: 'inotify(7)',
  about: 'about watching files',
});

export const aioMaxNr = unrelatedParameter({
  name: 'fs.aio-max-nr',
  meaning: 'Asynchronous disk requests of the whole host.',
  default: '65536',
  advised: ['1048576'],
  source: 'admin-guide/sysctl/fs.rst, aio-nr & aio-max-nr',
  about: 'about asynchronous disk requests',
});

export const protectedHardlinks = unrelatedParameter({
  name: 'fs.protected_hardlinks',
  meaning: 'Who may link to files of others.',
  defaultNote: '0 by the kernel; distributions set 1',
  advised: ['1'],
  source: 'admin-guide/sysctl/fs.rst, protected_hardlinks',
  about: 'about hardening of the file system',
});

export const protectedSymlinks = unrelatedParameter({
  name: 'fs.protected_symlinks',
  meaning: 'Who may follow links in shared folders.',
  defaultNote: '0 by the kernel; distributions set 1',
  advised: ['1'],
  source: 'admin-guide/sysctl/fs.rst, protected_symlinks',
  about: 'about hardening of the file system',
});

export const protectedFifos = unrelatedParameter({
  name: 'fs.protected_fifos',
  meaning: 'Who may open pipes of others in shared folders.',
  defaultNote: '0 by the kernel; distributions set 1',
  advised: ['1'],
  source: 'admin-guide/sysctl/fs.rst, protected_fifos',
  about: 'about hardening of the file system',
});

export const protectedRegular = unrelatedParameter({
  name: 'fs.protected_regular',
  meaning: 'Who may open files of others in shared folders.',
  defaultNote: '0 by the kernel; distributions set 2',
  advised: ['2'],
  source: 'admin-guide/sysctl/fs.rst, protected_regular',
  about: 'about hardening of the file system',
});
