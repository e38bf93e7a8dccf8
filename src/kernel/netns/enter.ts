import { closeSync, openSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { libc } from '../ffi.ts';

const CLONE_NEWNET = 0x40000000;

/**
 * Runs `work` with this thread inside the network namespace at `path` (/proc/PID/ns/net or /run/netns/NAME) and
 * comes back, whatever happens. `work` must be synchronous: only this thread is moved, and only until it returns.
 * Sockets it opens stay in that namespace; sysctls it reads are that namespace's. `path` null: no move.
 * Throws HalfopenError when the namespace cannot be entered (setns(2): needs CAP_SYS_ADMIN).
 */
export function inNamespace<T>(path: string | null, work: () => T): T {
  if (path === null) return work();
  const { call, errno, describe } = libc();
  const home = openSync('/proc/thread-self/ns/net', 'r');
  try {
    const target = openNamespace(path);
    try {
      if (call.setns(target, CLONE_NEWNET) !== 0) throw cannotEnter(path, describe(errno()));
    } finally {
      closeSync(target);
    }
    try {
      return work();
    } finally {
      if (call.setns(home, CLONE_NEWNET) !== 0) {
        // Going on in the wrong namespace would report its state as somebody else's.
        process.stderr.write(
          `halfopen: cannot return from network namespace ${path}: ${describe(errno())}\n`,
        );
        process.exit(exitCodes.cannotObserve);
      }
    }
  } finally {
    closeSync(home);
  }
}

function openNamespace(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    throw cannotEnter(path, error instanceof Error ? error.message : String(error));
  }
}

function cannotEnter(path: string, said: string): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'enter the network namespace',
    on: path,
    said,
    remedy: 'Entering another network namespace needs root (CAP_SYS_ADMIN).',
  });
}
