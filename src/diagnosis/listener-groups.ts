import type { ListenerObservation } from '../tcp/observation.ts';

/**
 * Listening sockets with the same address: more than one only with SO_REUSEPORT. Each of them has queues of its own, and the kernel
 * chooses one by a hash of the four-tuple (reuseport_select_sock()).
 */
export function listenerGroups(
  listeners: readonly ListenerObservation[],
): readonly (readonly ListenerObservation[])[] {
  const groups = new Map<string, ListenerObservation[]>();
  for (const listener of listeners) {
    const { family, address, port, boundInterface } = listener;
    const key = `${family} ${address} ${port} ${boundInterface}`;
    const group = groups.get(key);
    if (group) group.push(listener);
    else groups.set(key, [listener]);
  }
  return [...groups.values()];
}
