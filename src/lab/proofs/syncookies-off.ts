import type { FindingProof } from './finding-proof.ts';
import { rebuildFlood } from './queues/flood-without-cookies.ts';

export const syncookiesOffProof: FindingProof = { finding: 'syncookies-off', rebuild: rebuildFlood };
