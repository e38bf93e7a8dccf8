import { abortOnOverflowProof } from './abort-on-overflow.ts';
import { acceptQueueOverflowProof } from './accept-queue-overflow.ts';
import { acceptQueuePressureProof } from './accept-queue-pressure.ts';
import { backlogCappedProof } from './backlog-capped.ts';
import { closeWaitLeakProof } from './close-wait-leak.ts';
import { connectTimeoutsProof } from './connect-timeouts.ts';
import { connectionChurnProof } from './connection-churn.ts';
import { deadPeersProof } from './dead-peers.ts';
import { ephemeralPortsExhaustedProof } from './ephemeral-ports-exhausted.ts';
import { finWaitPileUpProof } from './fin-wait-pile-up.ts';
import type { FindingProof } from './finding-proof.ts';
import { namespaceSysctlMismatchProof } from './namespace-sysctl-mismatch.ts';
import { noKeepaliveProof } from './no-keepalive.ts';
import { pawsRejectionsProof } from './paws-rejections.ts';
import { retransmissionsProof } from './retransmissions.ts';
import { reuseportImbalanceProof } from './reuseport-imbalance.ts';
import { synFloodProof } from './syn-flood.ts';
import { synQueueOverflowProof } from './syn-queue-overflow.ts';
import { syncookiesAlwaysProof } from './syncookies-always.ts';
import { syncookiesOffProof } from './syncookies-off.ts';
import { timeWaitOverflowProof } from './time-wait-overflow.ts';

/** One for each finding that can be rebuilt; src/tcp/why-not-provable.ts says why the others cannot. */
export const allProofs: readonly FindingProof[] = [
  acceptQueueOverflowProof,
  acceptQueuePressureProof,
  synQueueOverflowProof,
  synFloodProof,
  connectionChurnProof,
  backlogCappedProof,
  syncookiesOffProof,
  syncookiesAlwaysProof,
  abortOnOverflowProof,
  reuseportImbalanceProof,
  closeWaitLeakProof,
  connectTimeoutsProof,
  deadPeersProof,
  noKeepaliveProof,
  finWaitPileUpProof,
  timeWaitOverflowProof,
  ephemeralPortsExhaustedProof,
  retransmissionsProof,
  namespaceSysctlMismatchProof,
  pawsRejectionsProof,
];
