import type { FindingProof } from './finding-proof.ts';
import { rebuildFlood } from './queues/flood-without-cookies.ts';

export const synFloodProof: FindingProof = { finding: 'syn-flood', rebuild: rebuildFlood };
