import { wireAcceptQueueOverflow } from './rules/accept-queue-overflow.ts';
import { wireCloseWaitLeak } from './rules/close-wait-leak.ts';
import { wireConnectRefused } from './rules/connect-refused.ts';
import { wireConnectTimeouts } from './rules/connect-timeouts.ts';
import { wireConnectionChurn } from './rules/connection-churn.ts';
import { wireDeadPeers } from './rules/dead-peers.ts';
import { wirePawsRejections } from './rules/paws-rejections.ts';
import { wireRetransmissions } from './rules/retransmissions.ts';
import { wireSynFlood } from './rules/syn-flood.ts';
import { wireSynQueueOverflow } from './rules/syn-queue-overflow.ts';
import type { WireRule } from './wire-rule.ts';

/** What can be judged from packets alone; ids and words are the doctor's. */
export const allWireRules: readonly WireRule[] = [
  wireSynFlood,
  wireConnectionChurn,
  wireAcceptQueueOverflow,
  wireSynQueueOverflow,
  wireConnectTimeouts,
  wireConnectRefused,
  wireDeadPeers,
  wirePawsRejections,
  wireCloseWaitLeak,
  wireRetransmissions,
];
