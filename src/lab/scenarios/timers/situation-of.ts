import { newestKernel, parseKernelVersion } from '../../../tcp/model/kernel-version.ts';
import type { Situation } from '../../scenario.ts';
import type { Stage } from '../../stage/stage.ts';

/** What the prediction was made for. */
export function situationOf({ kernelRelease, family }: Stage): Situation {
  return { kernel: parseKernelVersion(kernelRelease) ?? newestKernel, family };
}
