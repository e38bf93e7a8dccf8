import type { Dice } from '../accuracy/dice.ts';

export type ConnectionKind = 'completed' | 'heartbeat' | 'refused' | 'unanswered';

export interface ConnectionPlan {
  readonly kind: ConnectionKind;
  /** SYNs after the first one. */
  readonly synRetries: number;
  /** Packets beyond the shortest conversation; 0 unless completed. */
  readonly extraPackets: number;
}

/** SYN, SYN-ACK, ACK, request, response with FIN, FIN, ACK. */
export const SHORTEST_COMPLETED_PACKETS = 7;
/** As before, without request and with a FIN of its own. */
const HEARTBEAT_PACKETS = 6;
const REFUSED_PACKETS = 2;
/** net.ipv4.tcp_syn_retries as Linux has it from the start. */
const UNANSWERED_RETRIES = 6;

const REFUSED_SHARE = 0.04;
const UNANSWERED_SHARE = 0.002;
const HEARTBEAT_SHARE = 0.2;
/** Of connections that open slowly: those that need a third SYN. */
const TWO_RETRIES_SHARE = 0.2;
/** Of completed connections: those that may have more than the fewest packets. */
const LONGER_SHARE = 0.25;

/**
 * Decides what becomes of each connection, so that the packets of all add up to the number wanted. Short conversations leave a
 * surplus, which a few of the completed ones spend on longer ones; the last ones only save, and the very last spends the rest.
 */
export class ConnectionPlanner {
  readonly #dice: Dice;
  readonly #synRetransmissions: number;
  readonly #packetsEach: number;
  readonly #saving: number;
  #left: number;
  /** Packets that connections so far could have had, but had not. */
  #surplus = 0;

  /** @param synRetransmissions the share of connections that open only with a second or third SYN */
  constructor(dice: Dice, packets: number, connections: number, synRetransmissions: number) {
    this.#dice = dice;
    this.#synRetransmissions = synRetransmissions;
    this.#packetsEach = packets / connections;
    this.#saving = Math.min(64, connections / 8);
    this.#left = connections;
  }

  next(): ConnectionPlan {
    this.#left--;
    this.#surplus += this.#packetsEach;
    const plan = this.#left === 0 ? this.#last() : this.#any();
    this.#surplus -= packetsOf(plan);
    return plan;
  }

  #any(): ConnectionPlan {
    const saving = this.#left < this.#saving;
    const dice = this.#dice;
    const slow = dice.chance(this.#synRetransmissions) && !saving;
    const synRetries = slow ? (dice.chance(TWO_RETRIES_SHARE) ? 2 : 1) : 0;
    const roll = dice.share();
    if (!slow) {
      if (roll < REFUSED_SHARE) return { kind: 'refused', synRetries, extraPackets: 0 };
      if (roll < REFUSED_SHARE + UNANSWERED_SHARE) {
        return { kind: 'unanswered', synRetries: UNANSWERED_RETRIES, extraPackets: 0 };
      }
    }
    if (roll > 1 - HEARTBEAT_SHARE) return { kind: 'heartbeat', synRetries, extraPackets: 0 };
    const spare = this.#surplus - SHORTEST_COMPLETED_PACKETS - synRetries;
    const longer = dice.chance(LONGER_SHARE) && !saving && spare > 0;
    return { kind: 'completed', synRetries, extraPackets: longer ? Math.ceil(spare * dice.share()) : 0 };
  }

  #last(): ConnectionPlan {
    const rest = Math.round(this.#surplus);
    if (rest === HEARTBEAT_PACKETS) return { kind: 'heartbeat', synRetries: 0, extraPackets: 0 };
    const extraPackets = Math.max(0, rest - SHORTEST_COMPLETED_PACKETS);
    return { kind: 'completed', synRetries: 0, extraPackets };
  }
}

function packetsOf({ kind, synRetries, extraPackets }: ConnectionPlan): number {
  if (kind === 'refused') return REFUSED_PACKETS;
  if (kind === 'unanswered') return 1 + synRetries;
  if (kind === 'heartbeat') return HEARTBEAT_PACKETS + synRetries;
  return SHORTEST_COMPLETED_PACKETS + synRetries + extraPackets;
}
