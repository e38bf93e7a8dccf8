/** The system calls a thread of a server is found sleeping in, by number (asm/unistd_64.h; asm-generic/unistd.h for arm64). */

interface BlockingCall {
  readonly name: string;
  /** Its first argument is a descriptor whose target says what is waited for. */
  readonly onDescriptor: boolean;
}

const calls: readonly (readonly [name: string, x64: number, arm64: number, onDescriptor?: 'fd'])[] = [
  ['read', 0, 63, 'fd'],
  ['write', 1, 64, 'fd'],
  ['close', 3, 57, 'fd'],
  ['poll', 7, -1],
  ['ioctl', 16, 29, 'fd'],
  ['pread64', 17, 67, 'fd'],
  ['pwrite64', 18, 68, 'fd'],
  ['readv', 19, 65, 'fd'],
  ['writev', 20, 66, 'fd'],
  ['select', 23, -1],
  ['msync', 26, 227],
  ['pause', 34, -1],
  ['nanosleep', 35, 101],
  ['connect', 42, 203, 'fd'],
  ['accept', 43, 202, 'fd'],
  ['sendto', 44, 206, 'fd'],
  ['recvfrom', 45, 207, 'fd'],
  ['sendmsg', 46, 211, 'fd'],
  ['recvmsg', 47, 212, 'fd'],
  ['wait4', 61, 260],
  ['semop', 65, 193],
  ['msgsnd', 69, 189],
  ['msgrcv', 70, 188],
  ['fcntl', 72, 25, 'fd'],
  ['flock', 73, 32, 'fd'],
  ['fsync', 74, 82, 'fd'],
  ['fdatasync', 75, 83, 'fd'],
  ['rt_sigtimedwait', 128, 137],
  ['rt_sigsuspend', 130, 133],
  ['sync', 162, 81],
  ['futex', 202, 98],
  ['io_getevents', 208, 4],
  ['semtimedop', 220, 192],
  ['clock_nanosleep', 230, 115],
  ['epoll_wait', 232, -1],
  ['mq_timedsend', 242, 182],
  ['mq_timedreceive', 243, 183],
  ['waitid', 247, 95],
  ['openat', 257, 56],
  ['pselect6', 270, 72],
  ['ppoll', 271, 73],
  ['splice', 275, 76, 'fd'],
  ['sync_file_range', 277, 84, 'fd'],
  ['epoll_pwait', 281, 22],
  ['fallocate', 285, 47, 'fd'],
  ['accept4', 288, 242, 'fd'],
  ['recvmmsg', 299, 243, 'fd'],
  ['syncfs', 306, 267, 'fd'],
  ['sendmmsg', 307, 269, 'fd'],
  ['sendfile', 40, 71, 'fd'],
  ['io_pgetevents', 333, 292],
  ['io_uring_enter', 426, 426],
  ['epoll_pwait2', 441, 441],
  ['futex_waitv', 449, 449],
  ['futex_wait', 455, 455],
];

const byNumber: ReadonlyMap<number, BlockingCall> = new Map(
  calls.map(([name, x64, arm64, kind]) => [
    process.arch === 'arm64' ? arm64 : process.arch === 'x64' ? x64 : -1,
    { name, onDescriptor: kind === 'fd' },
  ]),
);

export interface CurrentCall {
  readonly name: string;
  readonly descriptor?: number;
}

/**
 * A line of /proc/PID/syscall (6.18: fs/proc/base.c proc_pid_syscall): "running", "-1 sp pc" outside any call, or
 * "number arg0 ... sp pc". Undefined for the first two, for calls not in the list, and on other architectures than
 * x86_64 and arm64. The process must be a 64-bit one: 32-bit calls have other numbers.
 */
export function parseSyscallLine(text: string): CurrentCall | undefined {
  const match = /^(\d+) 0x([0-9a-f]+)/.exec(text);
  const call = match?.[1] === undefined ? undefined : byNumber.get(Number(match[1]));
  if (!call) return undefined;
  if (!call.onDescriptor) return { name: call.name };
  // An int is passed in a 64-bit register whose upper half means nothing.
  return { name: call.name, descriptor: Number(BigInt.asIntN(32, BigInt(`0x${match?.[2]}`))) };
}
