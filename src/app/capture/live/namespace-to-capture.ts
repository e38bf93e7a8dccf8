import { usageError } from '../../../base/errors.ts';
import { findNamespaces } from '../../../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../../../kernel/netns/select-namespaces.ts';

/**
 * The path of the one namespace that is meant, null for our own. Throws HalfopenError: usage for "all", because a packet between two
 * namespaces would be in the file twice and look like a retransmission.
 */
export function namespaceToCapture(wanted: string): string | null {
  const [only, another] = selectNamespaces(wanted, findNamespaces());
  if (wanted !== 'all' && only && !another) return only.path;
  throw usageError(
    'capture in more than one namespace at once:',
    `--netns ${wanted}`,
    'Name one: self, a name, a container id or a process id (halfopen listeners shows where listeners are).',
  );
}
