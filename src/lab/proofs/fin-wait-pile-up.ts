import { finWaitCauses } from '../scenarios/closing/fin-wait-settings.ts';
import { rebuildFinWait } from './closing/rebuild-fin-wait.ts';
import type { FindingProof } from './finding-proof.ts';

export const finWaitPileUpProof: FindingProof = {
  finding: 'fin-wait-pile-up',
  rebuild: (facts) =>
    rebuildFinWait(
      facts,
      finWaitCauses.find((cause) => cause === facts.finding.cause.id) ?? 'application-holds',
    ),
};
