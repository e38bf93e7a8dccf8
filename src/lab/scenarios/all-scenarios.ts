import type { Scenario } from '../scenario.ts';
import { acceptQueueOverflow } from './accept-queue-overflow.ts';
import { backlogRaise } from './backlog-raise.ts';
import { closeWaitLeak } from './close-wait-leak.ts';
import { connectRefused } from './connect-refused.ts';
import { connectTimeout } from './connect-timeout.ts';
import { containerSomaxconn } from './container-somaxconn.ts';
import { finWaitPileUp } from './fin-wait-pile-up.ts';
import { halfOpenNoKeepalive } from './half-open-no-keepalive.ts';
import { heartbeatStorm } from './heartbeat-storm.ts';
import { idleMiddlebox } from './idle-middlebox.ts';
import { keepaliveAlive } from './keepalive-alive.ts';
import { keepaliveDeadPeer } from './keepalive-dead-peer.ts';
import { keepaliveRebootedPeer } from './keepalive-rebooted-peer.ts';
import { pawsRejections } from './paws-rejections.ts';
import { retransmissions } from './retransmissions.ts';
import { retransmitDeath } from './retransmit-death.ts';
import { reuseportImbalance } from './reuseport-imbalance.ts';
import { slowSynAckLoss } from './slow-syn-ack-loss.ts';
import { synFlood } from './syn-flood.ts';
import { synQueueBurst } from './syn-queue-burst.ts';
import { timeWaitExhaustion } from './time-wait-exhaustion.ts';

/** Every scenario, in the order `lab list` shows them: from opening a connection to losing one. */
export const allScenarios: readonly Scenario[] = [
  connectTimeout,
  connectRefused,
  keepaliveAlive,
  keepaliveDeadPeer,
  keepaliveRebootedPeer,
  halfOpenNoKeepalive,
  closeWaitLeak,
  acceptQueueOverflow,
  synQueueBurst,
  synFlood,
  heartbeatStorm,
  reuseportImbalance,
  timeWaitExhaustion,
  retransmitDeath,
  idleMiddlebox,
  slowSynAckLoss,
  finWaitPileUp,
  containerSomaxconn,
  backlogRaise,
  pawsRejections,
  retransmissions,
];
