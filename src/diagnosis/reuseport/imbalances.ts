import type { ListenerObservation } from '../../tcp/observation.ts';
import { listenersOf } from '../evidence.ts';
import { listenerGroups } from '../listener-groups.ts';
import type { RuleView } from '../rule.ts';
import { hasRoomBeside, isBehind, type ReuseportMember, reuseportMember } from './reuseport-member.ts';

/** One socket of a SO_REUSEPORT group that does not keep up, while others of the group have room. */
export interface Imbalance {
  readonly behind: ReuseportMember;
  /** Siblings with room, emptiest first. */
  readonly withRoom: readonly ReuseportMember[];
  readonly size: number;
}

export function imbalancesIn(view: RuleView, group: readonly ListenerObservation[]): readonly Imbalance[] {
  if (group.length < 2 || group.some((listener) => !listener.limitKnown)) return [];
  const members = group.map((listener) => reuseportMember(view, listener));
  return members.filter(isBehind).flatMap((behind) => {
    const siblings = members.filter((member) => member !== behind && hasRoomBeside(member, behind));
    const withRoom = siblings.sort((a, b) => a.mean - b.mean);
    return withRoom.length === 0 ? [] : [{ behind, withRoom, size: group.length }];
  });
}

/** Listeners of which reuseport-imbalance speaks: their full queue is its finding, and no plain overload. */
export function imbalanced(view: RuleView): ReadonlySet<ListenerObservation> {
  const groups = listenerGroups(listenersOf(view));
  return new Set(groups.flatMap((group) => imbalancesIn(view, group)).map(({ behind }) => behind.listener));
}
