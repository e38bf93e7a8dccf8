import { libc } from '../ffi.ts';
import {
  assemble,
  type Instruction,
  ifAtLeast,
  ifEqual,
  keep,
  label,
  loadWord,
} from '../packet-ring/bpf-assembler.ts';
import { withFilterProgram } from '../packet-ring/with-filter-program.ts';

const PR_SET_NO_NEW_PRIVS = 38;
const SECCOMP_SET_MODE_FILTER = 1;
/** The filter, and no_new_privs with it, reaches every thread of the process: seccomp(2). */
const SECCOMP_FILTER_FLAG_TSYNC = 1;
const SECCOMP_RET_ALLOW = 0x7fff0000;
const SECCOMP_RET_ERRNO = 0x00050000;
const EPERM = 1;

/** Offsets in struct seccomp_data. */
const NUMBER_AT = 0;
const ARCHITECTURE_AT = 4;
/** From here on x86-64 has the calls of x32 once more. */
const X32_CALLS = 0x40000000;

interface SyscallNumbers {
  /** AUDIT_ARCH_*. */
  readonly architecture: number;
  readonly seccomp: number;
  readonly execve: number;
  readonly execveat: number;
}

const numbers: Readonly<Record<string, SyscallNumbers>> = {
  x64: { architecture: 0xc000003e, seccomp: 317, execve: 59, execveat: 322 },
  arm64: { architecture: 0xc00000b7, seccomp: 277, execve: 221, execveat: 281 },
};

/**
 * From now on no thread of this process gains privileges by executing something, nor executes anything: execve(2) fails with EPERM. Cannot
 * be taken back. What the kernel said where it refuses; undefined: it is so.
 */
export function forbidExec(): string | undefined {
  const library = libc();
  const { call, errno, describe } = library;
  if (call.prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) !== 0) return `no_new_privs: ${describe(errno())}`;
  const here = numbers[process.arch];
  if (here === undefined) return `seccomp: the system calls of ${process.arch} are not known here`;
  return withFilterProgram(library, assemble(execFilter(here)), (descriptor) => {
    const { seccomp } = here;
    const done = call.syscall(seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, descriptor);
    return Number(done) === 0 ? undefined : `seccomp: ${describe(errno())}`;
  });
}

/** This process makes no calls of another architecture (32-bit programs): those are refused as well. */
function execFilter({ architecture, execve, execveat }: SyscallNumbers): readonly Instruction[] {
  return [
    loadWord(ARCHITECTURE_AT),
    ifEqual(architecture, { no: 'refuse' }),
    loadWord(NUMBER_AT),
    ifEqual(execve, { yes: 'refuse' }),
    ifEqual(execveat, { yes: 'refuse' }),
    ifAtLeast(X32_CALLS, { yes: 'refuse' }),
    keep(SECCOMP_RET_ALLOW),
    label('refuse'),
    keep(SECCOMP_RET_ERRNO | EPERM),
  ];
}
