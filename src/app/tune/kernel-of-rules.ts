import os from 'node:os';
import { usageError } from '../../base/errors.ts';
import { type KernelVersion, newestKernel, parseKernelVersion } from '../../tcp/model/kernel-version.ts';

/** The kernel whose parameters count: the one asked for ("6.1"), this host's, or, where there is no Linux, the newest one known. */
export function kernelOfRules(asked: string | undefined): KernelVersion {
  if (asked === undefined)
    return (process.platform === 'linux' ? parseKernelVersion(os.release()) : undefined) ?? newestKernel;
  const kernel = /^\d+\.\d+(\.\d+)?(-\S*)?$/.test(asked) ? parseKernelVersion(asked) : undefined;
  if (kernel === undefined)
    throw usageError('judge for kernel', `"${asked}"`, 'It is a release, written as 6.1 or 6.1.25.');
  return kernel;
}
