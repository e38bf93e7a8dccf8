import { readFileSync, statSync } from 'node:fs';
import os from 'node:os';
import { readSysctls } from '../../kernel/sysctl/read-sysctls.ts';
import type { HostFacts, NamespaceObservation, NamespaceParameters } from '../../tcp/observation.ts';
import { initialNamespaceSysctl, observedSysctls } from '../../tcp/sysctls.ts';

/** What is true of the machine, not of one namespace; the window's times are the caller's. */
export function hostFacts(
  observed: readonly NamespaceObservation[],
): Omit<HostFacts, 'observedFromMs' | 'observedToMs'> {
  return {
    hostname: os.hostname(),
    kernelRelease: os.release(),
    cpus: os.cpus().length,
    pageSizeBytes: pageSizeBytes(),
    asRoot: process.getuid?.() === 0,
    ...(observed.some((namespace) => namespace.own || namespace.initial)
      ? {}
      : { reference: ownParameters() }),
  };
}

/** With --netns NAME the observer's own namespace is not watched, but its parameters are what the other is compared with. */
function ownParameters(): NamespaceParameters {
  const read = readSysctls(observedSysctls);
  const sysctls = read.status === 'ok' ? read.value : {};
  return {
    inode: statSync('/proc/thread-self/ns/net').ino,
    initial: sysctls[initialNamespaceSysctl] !== undefined,
    sysctls,
  };
}

/** The unit of tcp_mem and of sockstat's `mem`: AT_PAGESZ from the auxiliary vector, 4,096 where that is hidden. */
function pageSizeBytes(): number {
  const AT_PAGESZ = 6n;
  try {
    const words = new BigUint64Array(new Uint8Array(readFileSync('/proc/self/auxv')).buffer);
    const at = words.findIndex((word, index) => index % 2 === 0 && word === AT_PAGESZ);
    return at < 0 ? 4096 : Number(words[at + 1]);
  } catch {
    return 4096;
  }
}
