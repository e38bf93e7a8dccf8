import { findNamespaces } from '../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../kernel/netns/select-namespaces.ts';
import type { Observation } from '../tcp/observation.ts';
import { systemClock } from './diagnose-host.ts';
import { observe } from './observe/observe.ts';
import { requireLinux } from './require-linux.ts';

/** Every listening socket now: a window just long enough for one look at queues and owners. */
export async function lookAtListeners(netns: string, tool: Observation['tool']): Promise<Observation> {
  requireLinux('list listening sockets');
  return observe({
    namespaces: selectNamespaces(netns, findNamespaces()),
    windowMs: 1,
    capture: 'never',
    tool,
    clock: systemClock,
  });
}
