import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { libc } from '../ffi.ts';
import type { User } from './find-user.ts';
import { forbidExec } from './forbid-exec.ts';

/** capabilities(7): bits of what looking at a host goes on needing. */
const keptCapabilities = {
  /** /proc/PID/fd of other users' processes. */
  CAP_DAC_READ_SEARCH: 2,
  /** Packet rings. */
  CAP_NET_RAW: 13,
  /** Links of /proc/PID/ns and /proc/PID/fd, and what threads wait for. */
  CAP_SYS_PTRACE: 19,
  /** Network namespaces that appear later: setns(2). */
  CAP_SYS_ADMIN: 21,
  /** The kernel log, where kernel.dmesg_restrict=1. */
  CAP_SYSLOG: 34,
} as const;

export const keptCapabilityNames: readonly string[] = Object.keys(keptCapabilities);

const PR_SET_KEEPCAPS = 8;
const CAPABILITY_VERSION_3 = 0x20080522;
const CAP_SETGID = 6;
const CAP_SETUID = 7;

/**
 * Gives root away for good. The calling thread, which must be the main one, keeps five capabilities to go on looking; the process's
 * other threads keep none, files belong to `user`, and nothing is executed any more. Throws HalfopenError where the kernel refuses a
 * step; the process must not go on then.
 */
export async function becomeUser(user: User): Promise<void> {
  const { call, errno, describe } = libc();
  const require = (isDone: boolean, step: string): void => {
    if (!isDone) throw cannotBecome(user, `${step}: ${describe(errno())}`);
  };
  if (!holds(CAP_SETUID) || !holds(CAP_SETGID)) throw cannotBecome(user, 'only root can become another user');
  // A thread that starts later would inherit what this one keeps: libuv starts all of its threads with the first file.
  await stat('/');
  const had = effective();
  try {
    process.setgroups?.([]);
    process.setgid?.(user.gid);
    require(call.prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) === 0, 'PR_SET_KEEPCAPS');
    // libc has every thread do it; the kernel takes all capabilities from those that have not asked to keep them.
    process.setuid?.(user.uid);
  } catch (error) {
    if (error instanceof HalfopenError) throw error;
    throw cannotBecome(user, error instanceof Error ? error.message : String(error));
  }
  const bits = Object.values(keptCapabilities).reduce((sum, bit) => sum | (1n << BigInt(bit)), 0n) & had;
  const header = Uint32Array.of(CAPABILITY_VERSION_3, 0);
  const [low, high] = [Number(bits & 0xffffffffn), Number(bits >> 32n)];
  require(call.capset(header, Uint32Array.of(low, low, 0, high, high, 0)) === 0, 'capset');
  const refused = forbidExec();
  if (refused !== undefined) throw cannotBecome(user, refused);
}

/** CapEff of this thread. */
function effective(): bigint {
  const text = readFileSync('/proc/thread-self/status', 'latin1');
  return BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(text)?.[1] ?? '0'}`);
}

const holds = (bit: number): boolean => ((effective() >> BigInt(bit)) & 1n) === 1n;

function cannotBecome({ name }: User, said: string): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'go on as the user',
    on: name,
    said,
    remedy: 'Start it as root for --user, or leave --user away.',
  });
}
