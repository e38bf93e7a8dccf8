import type { FindingProof } from './finding-proof.ts';
import { rebuildOverflow } from './queues/overflow.ts';

/** What it leads to is what is shown: the same server, and more clients than its queue takes. */
export const acceptQueuePressureProof: FindingProof = {
  finding: 'accept-queue-pressure',
  rebuild: (facts) => {
    const rebuilt = rebuildOverflow(facts);
    const more = 'More clients come than the queue takes: the doctor saw it before that.';
    return { ...rebuilt, scaled: [...rebuilt.scaled, more] };
  },
};
