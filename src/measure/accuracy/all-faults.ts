import type { FaultKind } from './fault.ts';
import { acceptQueueOverflows } from './faults/accept-queue-overflow.ts';
import { acceptQueuePressures } from './faults/accept-queue-pressure.ts';
import { badPaths } from './faults/bad-path.ts';
import { closeWaitLeaks } from './faults/close-wait-leak.ts';
import { connectRefusals } from './faults/connect-refused.ts';
import { connectTimeouts } from './faults/connect-timeouts.ts';
import { connectionChurns } from './faults/connection-churn.ts';
import { deadPeers } from './faults/dead-peers.ts';
import { finWaitPileUps } from './faults/fin-wait-pile-up.ts';
import { reuseportImbalances } from './faults/reuseport-imbalance.ts';
import { wrongSettings } from './faults/settings.ts';
import { synFloods } from './faults/syn-flood.ts';
import { synQueueOverflows } from './faults/syn-queue-overflow.ts';
import { usedUp } from './faults/used-up.ts';

/** Every kind of fault. */
export const allFaults: readonly FaultKind[] = [
  ...acceptQueueOverflows,
  ...acceptQueuePressures,
  ...reuseportImbalances,
  ...synQueueOverflows,
  ...synFloods,
  ...connectionChurns,
  ...connectTimeouts,
  ...connectRefusals,
  ...deadPeers,
  ...closeWaitLeaks,
  ...finWaitPileUps,
  ...usedUp,
  ...badPaths,
  ...wrongSettings,
];
