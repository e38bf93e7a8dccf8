import { type KernelVersion, newestKernel, parseKernelVersion } from '../tcp/model/kernel-version.ts';
import type { Family } from '../tcp/socket.ts';

/** What a prediction of the model depends on besides the settings. */
export interface Situation {
  readonly kernel: KernelVersion;
  readonly family: Family;
}

/** `kernelRelease` as uname -r; an unreadable one counts as the newest that the model knows. */
export function situationOn(kernelRelease: string, family: Family): Situation {
  return { kernel: parseKernelVersion(kernelRelease) ?? newestKernel, family };
}
