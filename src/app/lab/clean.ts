import { type Cleaned, cleanLeftovers } from '../../lab/clean-leftovers.ts';
import { prepareCleaning } from '../../lab/prepare-lab.ts';

/** Removes what lab runs left that were killed. Throws HalfopenError (exit 3) where the lab could not have run either. */
export function cleanLab(): Cleaned {
  prepareCleaning();
  return cleanLeftovers();
}
