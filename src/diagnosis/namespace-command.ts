import type { NamespaceObservation } from '../tcp/observation.ts';
import type { RuleView } from './rule.ts';

/** Where a command has to run; a `RuleView` is one. */
export interface CommandPlace {
  readonly namespace: Pick<NamespaceObservation, 'own' | 'pids' | 'names'>;
}

/** The command as it must be typed on the host: inside the namespace it is about, which may be a container's. */
export function namespaceCommand(place: CommandPlace, command: string): string {
  const { own, pids, names } = place.namespace;
  if (own) return command;
  const [pid] = pids;
  if (pid !== undefined) return `nsenter -t ${pid} -n ${command}`;
  const [name] = names;
  return name === undefined ? command : `ip netns exec ${name} ${command}`;
}

/** How a sentence names the namespace: "this host", "network namespace web". */
export function namespaceText(view: RuleView): string {
  const { initial, names, inode } = view.namespace;
  return initial ? 'this host' : `network namespace ${names[0] ?? inode}`;
}
