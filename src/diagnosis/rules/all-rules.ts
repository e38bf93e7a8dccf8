import type { Rule } from '../rule.ts';
import { abortOnOverflow } from './abort-on-overflow.ts';
import { acceptQueueOverflow } from './accept-queue-overflow.ts';
import { acceptQueuePressure } from './accept-queue-pressure.ts';
import { backlogCapped } from './backlog-capped.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { connectRefused } from './connect-refused.ts';
import { connectTimeouts } from './connect-timeouts.ts';
import { connectionChurn } from './connection-churn.ts';
import { conntrackFull } from './conntrack-full.ts';
import { deadPeers } from './dead-peers.ts';
import { ephemeralPortsExhausted } from './ephemeral-ports-exhausted.ts';
import { finWaitPileUp } from './fin-wait-pile-up.ts';
import { namespaceSysctlMismatch } from './namespace-sysctl-mismatch.ts';
import { nicDrops } from './nic-drops.ts';
import { noKeepalive } from './no-keepalive.ts';
import { orphansLimit } from './orphans-limit.ts';
import { pawsRejections } from './paws-rejections.ts';
import { retransmissions } from './retransmissions.ts';
import { reuseportImbalance } from './reuseport-imbalance.ts';
import { softnetDrops } from './softnet-drops.ts';
import { synFlood } from './syn-flood.ts';
import { synQueueOverflow } from './syn-queue-overflow.ts';
import { syncookiesAlways } from './syncookies-always.ts';
import { syncookiesOff } from './syncookies-off.ts';
import { tcpMemoryPressure } from './tcp-memory-pressure.ts';
import { timeWaitOverflow } from './time-wait-overflow.ts';

/** Every rule, by id. */
export const allRules: readonly Rule[] = [
  abortOnOverflow,
  acceptQueueOverflow,
  acceptQueuePressure,
  backlogCapped,
  closeWaitLeak,
  connectRefused,
  connectTimeouts,
  connectionChurn,
  conntrackFull,
  deadPeers,
  ephemeralPortsExhausted,
  finWaitPileUp,
  namespaceSysctlMismatch,
  nicDrops,
  noKeepalive,
  orphansLimit,
  pawsRejections,
  retransmissions,
  reuseportImbalance,
  softnetDrops,
  synFlood,
  synQueueOverflow,
  syncookiesAlways,
  syncookiesOff,
  tcpMemoryPressure,
  timeWaitOverflow,
];
