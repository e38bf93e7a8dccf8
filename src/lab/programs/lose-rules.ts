import { decodeSegment, type TcpSegment, tcpFlags } from '../../capture/decode-segment.ts';
import type { LinkSegmentKind, LoseRule } from '../link-conditions.ts';

/** Counts the segments of each rule, and says which are to be lost. A segment that several rules name counts for each. */
export class LoseRules {
  readonly #rules: readonly { readonly rule: LoseRule; readonly seen: Map<string, number> }[];

  constructor(rules: readonly LoseRule[]) {
    this.#rules = rules.map((rule) => ({ rule, seen: new Map() }));
  }

  /** `packet` from its IP header on. */
  loses(packet: Uint8Array): boolean {
    if (this.#rules.length === 0) return false;
    const segment = decodeSegment(packet);
    if (segment?.kind !== 'segment') return false;
    const kind = kindOf(segment);
    let lost = false;
    for (const { rule, seen } of this.#rules) {
      if (rule.flags !== kind) continue;
      const key = rule.perConnection ? connectionOf(segment) : '';
      const before = seen.get(key) ?? 0;
      seen.set(key, before + 1);
      const { skip = 0 } = rule;
      if (before >= skip && (rule.first === 'all' || before < skip + rule.first)) lost = true;
    }
    return lost;
  }
}

function kindOf({ flags, payloadBytes }: TcpSegment): LinkSegmentKind {
  if (flags & tcpFlags.rst) return 'R';
  if (flags & tcpFlags.syn) return flags & tcpFlags.ack ? 'S.' : 'S';
  if (flags & tcpFlags.fin) return 'F';
  return payloadBytes > 0 ? 'P' : '.';
}

function connectionOf({ source, sourcePort, destination, destinationPort }: TcpSegment): string {
  return `${source} ${sourcePort} ${destination} ${destinationPort}`;
}
