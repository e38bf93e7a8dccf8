import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { readSysctl } from './read-sysctls.ts';

export interface WrittenSysctl {
  /** What is there afterwards, as it reads; undefined: it cannot be read. */
  readonly value: string | undefined;
  /** The kernel's own words where it did not take the value. */
  readonly said: string | undefined;
}

/** Writes a parameter of the namespace the calling thread is in, and reads it back. Never makes a file: a name that is not there is refused. */
export function writeSysctl(name: string, value: string, root = '/proc/sys'): WrittenSysctl {
  const file = `${root}/${name.replaceAll('.', '/')}`;
  try {
    const descriptor = openSync(file, constants.O_WRONLY | constants.O_TRUNC);
    try {
      // proc_dointvec() takes what comes with one write(): not less, and not in pieces.
      writeSync(descriptor, `${value}\n`);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    return { value: readSysctl(name, root), said: error instanceof Error ? error.message : String(error) };
  }
  return { value: readSysctl(name, root), said: undefined };
}
