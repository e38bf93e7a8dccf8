/** kernel.* and local sockets: beside TCP’s parameters in many blocks of advice, and nothing to do with connections. One table: all there is to say is what they are about. */
import { unrelatedParameter } from './unrelated-parameter.ts';

export const shmmax = unrelatedParameter({
  name: 'kernel.shmmax',
  meaning: 'Largest segment of System V shared memory.',
  unit: 'bytes',
  scope: 'ipc',
  default: '18446744073692774399',
  advised: ['68719476736'],
  source: 'admin-guide/sysctl/kernel.rst, shmmax',
  about: 'about System V shared memory; the default is no limit, so that this line can only lower it',
});

export const shmall = unrelatedParameter({
  name: 'kernel.shmall',
  meaning: 'System V shared memory of all, in pages.',
  unit: 'pages',
  scope: 'ipc',
  default: '18446744073692774399',
  advised: ['4294967296'],
  source: 'admin-guide/sysctl/kernel.rst, shmall',
  about: 'about System V shared memory; the default is no limit, so that this line can only lower it',
});

export const shmmni = unrelatedParameter({
  name: 'kernel.shmmni',
  meaning: 'Number of segments of System V shared memory.',
  scope: 'ipc',
  default: '4096',
  source: 'admin-guide/sysctl/kernel.rst, shmmni',
  about: 'about System V shared memory',
});

export const sem = unrelatedParameter({
  name: 'kernel.sem',
  meaning: 'Limits of System V semaphores.',
  scope: 'ipc',
  type: 'numbers',
  defaultNote: '32000 1024000000 500 32000 measured on 6.18',
  advised: ['250 32000 100 128'],
  source: 'proc(5), /proc/sys/kernel/sem',
  about: 'about System V semaphores (databases)',
});

export const msgmnb = unrelatedParameter({
  name: 'kernel.msgmnb',
  meaning: 'Bytes of a System V message queue.',
  unit: 'bytes',
  scope: 'ipc',
  default: '16384',
  advised: ['65536'],
  source: 'proc(5), /proc/sys/kernel/msgmnb',
  about: 'about System V message queues, which have nothing to do with sockets',
});

export const msgmax = unrelatedParameter({
  name: 'kernel.msgmax',
  meaning: 'Largest System V message.',
  unit: 'bytes',
  scope: 'ipc',
  default: '8192',
  advised: ['65536'],
  source: 'proc(5), /proc/sys/kernel/msgmax',
  about: 'about System V message queues, which have nothing to do with sockets',
});

export const msgmni = unrelatedParameter({
  name: 'kernel.msgmni',
  meaning: 'Number of System V message queues.',
  scope: 'ipc',
  default: '32000',
  source: 'proc(5), /proc/sys/kernel/msgmni',
  about: 'about System V message queues, which have nothing to do with sockets',
});

export const sysrq = unrelatedParameter({
  name: 'kernel.sysrq',
  meaning: 'What the magic SysRq key may do.',
  defaultNote: 'by the kernel’s build; Debian 438',
  advised: ['0', '1'],
  source: 'admin-guide/sysrq.rst',
  about: 'about the keyboard of the console',
});

export const coreUsesPid = unrelatedParameter({
  name: 'kernel.core_uses_pid',
  meaning: 'Whether core dumps carry the process number in their name.',
  default: '0',
  advised: ['1'],
  source: 'admin-guide/sysctl/kernel.rst, core_uses_pid',
  about: 'about names of core dumps',
});

export const corePattern = unrelatedParameter({
  name: 'kernel.core_pattern',
  meaning: 'Where core dumps go.',
  type: 'text',
  defaultNote: 'core; systemd-coredump and others take it over',
  source: 'admin-guide/sysctl/kernel.rst, core_pattern; core(5)',
  about: 'about core dumps',
});

export const pidMax = unrelatedParameter({
  name: 'kernel.pid_max',
  meaning: 'Process numbers go up to here.',
  defaultNote: '32768, more with many processors; systemd sets 4194304',
  advised: ['4194303', '65536'],
  source: 'admin-guide/sysctl/kernel.rst, pid_max',
  about: 'about process numbers',
});

export const threadsMax = unrelatedParameter({
  name: 'kernel.threads-max',
  meaning: 'Threads of the whole host.',
  defaultNote: 'by memory',
  source: 'admin-guide/sysctl/kernel.rst, threads-max',
  about: 'about the number of threads',
});

export const panic = unrelatedParameter({
  name: 'kernel.panic',
  meaning: 'Seconds after a panic until the host starts again.',
  unit: 's',
  defaultNote: 'by the kernel’s build and command line, mostly 0',
  advised: ['10'],
  source: 'admin-guide/sysctl/kernel.rst, panic',
  about: 'about restarting after a kernel panic',
});

export const randomizeVaSpace = unrelatedParameter({
  name: 'kernel.randomize_va_space',
  meaning: 'Whether addresses of programs are chosen by chance.',
  default: '2',
  advised: ['2'],
  source: 'admin-guide/sysctl/kernel.rst, randomize_va_space',
  about: 'about hardening of programs',
});

export const kptrRestrict = unrelatedParameter({
  name: 'kernel.kptr_restrict',
  meaning: 'Whether kernel addresses are shown.',
  defaultNote: '0 by the kernel; distributions set 1',
  advised: ['1', '2'],
  source: 'admin-guide/sysctl/kernel.rst, kptr_restrict',
  about: 'about hardening of the kernel',
});

export const printk = unrelatedParameter({
  name: 'kernel.printk',
  meaning: 'Which messages of the kernel go to the console.',
  type: 'numbers',
  defaultNote: 'by the kernel’s command line',
  advised: ['3 4 1 3'],
  source: 'admin-guide/sysctl/kernel.rst, printk',
  about: 'about the console; the log itself keeps every message',
});

export const maxDgramQlen = unrelatedParameter({
  name: 'net.unix.max_dgram_qlen',
  meaning: 'Messages that may wait at a local datagram socket.',
  unit: 'messages',
  scope: 'namespace',
  defaultNote: '10 by the kernel; systemd sets 512',
  advised: ['512'],
  source: 'unix(7)',
  about: 'about local sockets (syslog)',
});
