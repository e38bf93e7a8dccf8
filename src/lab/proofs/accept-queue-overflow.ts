import type { FindingProof } from './finding-proof.ts';
import { rebuildOverflow } from './queues/overflow.ts';

export const acceptQueueOverflowProof: FindingProof = {
  finding: 'accept-queue-overflow',
  rebuild: rebuildOverflow,
};
