import os from 'node:os';
import { libc } from '../../kernel/ffi.ts';

const PR_SET_TIMERSLACK = 29;

/** A sleeping processor takes 0.1 to 0.2 ms to wake up: whoever must be on time wakes up earlier, and asks until it is time. */
export const wakeEarlyMs = 0.2;

const timespec = Buffer.alloc(16);

/** struct pollfd[] for `waitFor`: descriptors that become readable. */
export function pollList(fds: readonly number[]): Buffer {
  const list = Buffer.alloc(fds.length * 8);
  for (const [i, fd] of fds.entries()) {
    list.writeInt32LE(fd, i * 8);
    list.writeInt16LE(1, i * 8 + 4); // POLLIN
  }
  return list;
}

/** Whether the n-th descriptor had something to say when `waitFor` returned: to read, or that it has failed. */
export function polled(list: Buffer, n: number): 'nothing' | 'readable' | 'failed' {
  const events = list.readInt16LE(n * 8 + 6);
  if (events === 0) return 'nothing';
  return events & 1 ? 'readable' : 'failed';
}

/** Blocks until a descriptor of the list has something to say, or `ms` (with fractions) are over, or a signal came: ppoll(2). */
export function waitFor(list: Buffer, ms: number): void {
  const waitMs = Math.max(0, ms);
  timespec.writeBigInt64LE(BigInt(Math.floor(waitMs / 1000)), 0);
  timespec.writeBigInt64LE(BigInt(Math.floor((waitMs % 1000) * 1e6)), 8);
  for (let i = 0; i < list.length; i += 8) list.writeInt16LE(0, i + 6); // An interrupted call leaves what was there.
  libc().call.ppoll(list, list.length / 8, timespec, null);
}

/** Lets this thread wake up on time: no timer slack (50 us usually), and before other programs where we may. */
export function wakeOnTime(): void {
  libc().call.prctl(PR_SET_TIMERSLACK, 1, 0, 0, 0);
  try {
    os.setPriority(-10);
  } catch {
    // Not root: only a little less precise.
  }
}
