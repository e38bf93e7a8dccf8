import { readFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

export interface HostIdentity {
  readonly hostname: string;
  readonly kernelRelease: string;
  /** machine-id(5); null where it is not there, or says "uninitialized" as in images. */
  readonly machineId: string | null;
  /** random(4): made anew at each boot; the same in every container. */
  readonly bootId: string | null;
}

export function readHostIdentity(root = '/'): HostIdentity {
  const machineId = firstLine(path.join(root, 'etc/machine-id'));
  return {
    hostname: os.hostname(),
    kernelRelease: os.release(),
    machineId: machineId !== null && /^[0-9a-f]{32}$/.test(machineId) ? machineId : null,
    bootId: firstLine('/proc/sys/kernel/random/boot_id'),
  };
}

function firstLine(file: string): string | null {
  try {
    return readFileSync(file, 'utf8').split('\n')[0]?.trim() || null;
  } catch {
    return null;
  }
}
