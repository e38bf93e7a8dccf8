import { readlinkSync } from 'node:fs';
import { exitCodes, HalfopenError, usageError } from '../../base/errors.ts';
import { plural } from '../../base/units.ts';
import { errorCode } from '../processes/read-process-file.ts';
import type { FoundNamespace, NamespaceScan } from './find-namespaces.ts';
import { isInitialNamespace } from './is-initial-namespace.ts';

const shortestIdPrefix = 4;
const namesListed = 20;

/**
 * What `--netns` means: "all", "self", "host", a name, "net:[4026532177]" or that inode, a pid (or thread id), or the
 * first 4 or more characters of a container id or pod uid. Throws HalfopenError: usage when nothing or more than one
 * namespace answers to it, cannotObserve when the process exists but its namespace is not ours to see.
 */
export function selectNamespaces(wanted: string, scan: NamespaceScan): readonly FoundNamespace[] {
  if (wanted === 'all') return scan.namespaces;
  if (wanted === 'self') return scan.namespaces.filter((namespace) => namespace.own);
  const exact = byName(wanted, scan) ?? byInode(wanted, scan) ?? byPid(wanted, scan);
  if (exact) return [exact];
  const matching = byIdPrefix(wanted, scan);
  const [only] = matching;
  if (only && matching.length === 1) return [only];
  throw usageError(
    'tell which network namespace is meant by',
    `--netns ${wanted}`,
    matching.length > 1
      ? `It fits ${matching.map(describeNamespace).join(', ')}.`
      : `There are: all, self, ${listNames(scan)}; a process id works as well.${explainHidden(scan)}`,
  );
}

function byName(wanted: string, scan: NamespaceScan): FoundNamespace | undefined {
  const named = scan.namespaces.find((namespace) => namespace.names.includes(wanted));
  if (named || wanted !== 'host') return named;
  return scan.namespaces.find((namespace) => namespace.initial ?? answersAsInitial(namespace));
}

function answersAsInitial(namespace: FoundNamespace): boolean {
  try {
    return isInitialNamespace(namespace.path);
  } catch {
    return false;
  }
}

function byInode(wanted: string, scan: NamespaceScan): FoundNamespace | undefined {
  const digits = /^(?:net:\[)?(\d{10})\]?$/.exec(wanted)?.[1];
  return scan.namespaces.find((namespace) => String(namespace.inode) === digits);
}

function byPid(wanted: string, scan: NamespaceScan): FoundNamespace | undefined {
  if (!/^\d{1,9}$/.test(wanted)) return undefined;
  const pid = Number(wanted);
  const listed = scan.namespaces.find((namespace) => namespace.pids.includes(pid));
  if (listed) return listed;
  // Threads are not listed in /proc but can be looked up there; a process may be younger than the scan.
  try {
    const inode = Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);
    return scan.namespaces.find((namespace) => namespace.inode === inode) ?? unlisted(inode, pid, scan);
  } catch (error) {
    const code = errorCode(error);
    if (code !== 'EACCES' && code !== 'EPERM') return undefined;
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'read the network namespace of process',
      on: wanted,
      said: code,
      remedy: "Looking into another user's process needs root (CAP_SYS_PTRACE).",
    });
  }
}

function unlisted(inode: number, pid: number, scan: NamespaceScan): FoundNamespace {
  const enterable = scan.namespaces.every((namespace) => namespace.enterable);
  return { inode, names: [], pids: [pid], path: `/proc/${pid}/ns/net`, enterable, own: false };
}

/** Either side may be the shorter one: names keep 12 characters of an id, people paste all 64. */
function byIdPrefix(wanted: string, scan: NamespaceScan): FoundNamespace[] {
  if (wanted.length < shortestIdPrefix) return [];
  return scan.namespaces.filter((namespace) =>
    namespace.names.some(
      (name) =>
        (isHexId(name) && (name.startsWith(wanted) || wanted.startsWith(name))) ||
        (name.startsWith('pod') && (name.startsWith(wanted) || name.startsWith(`pod${wanted}`))),
    ),
  );
}

function isHexId(name: string): boolean {
  return /^[0-9a-f]{12}$/.test(name);
}

function listNames(scan: NamespaceScan): string {
  const listed = scan.namespaces.map(describeNamespace);
  const more = listed.length - namesListed;
  return listed.slice(0, namesListed).join(', ') + (more > 0 ? ` and ${more} more` : '');
}

function describeNamespace(namespace: FoundNamespace): string {
  return namespace.names[0] ?? `net:[${namespace.inode}]`;
}

function explainHidden({ hidden, processesConcealed }: NamespaceScan): string {
  if (processesConcealed) return ' Processes of other users are hidden from you.';
  return hidden === 0
    ? ''
    : ` The namespace of ${plural(hidden, 'process', 'processes')} is not ours to see.`;
}
