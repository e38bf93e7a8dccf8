import { isLoopback } from '../base/ip-text.ts';
import type { ListenerObservation } from '../tcp/observation.ts';
import { listenerName, listenersOf } from './evidence.ts';
import type { RuleView } from './rule.ts';

/** Listeners that others can connect to: not bound to loopback. */
export function reachableListeners(view: RuleView): readonly ListenerObservation[] {
  return listenersOf(view).filter(({ address }) => !isLoopback(address));
}

/** "0.0.0.0:80, [::]:443 and 3 more". */
export function listedNames(listeners: readonly ListenerObservation[]): string {
  const names = [...new Set(listeners.map(listenerName))];
  const rest = names.length > 3 ? ` and ${names.length - 3} more` : '';
  return names.slice(0, 3).join(', ') + rest;
}
