import { inNamespace } from '../kernel/netns/enter.ts';
import { destroyOrphans } from './destroy-sockets.ts';
import { endProcesses, type FoundProcess, processesInside } from './lab-processes.ts';
import { inodeOfName, namespaceFolder, removeName } from './namespace-file.ts';
import { runOfName } from './run-id.ts';
import { runTool } from './tool.ts';

export interface RemovedNamespace {
  /** False: it was gone already, or somebody else was faster. */
  readonly removed: boolean;
  readonly processes: readonly FoundProcess[];
}

/**
 * Kills whatever runs inside, then removes the namespace with its links. A namespace lives as long as a process or a socket in it;
 * both are ended, so that the kernel takes it down at once.
 */
export function removeNamespace(name: string): RemovedNamespace {
  const inode = inodeOfName(name);
  if (inode === undefined) return { removed: removeName(name), processes: [] };
  const run = runOfName(name);
  const processes = endProcesses(
    () => processesInside(inode),
    (process_) => process_.run === run,
  );
  try {
    // The inode again: a name taken away meanwhile would send us into a plain file.
    if (inodeOfName(name) === inode) letGo(`${namespaceFolder}/${name}`);
  } catch {
    // Somebody else removes it at the same time. If not, removing the name says what is wrong.
  }
  return { removed: removeName(name), processes };
}

function letGo(path: string): void {
  if (destroyOrphans(path)) return;
  inNamespace(path, () => {
    const links = JSON.parse(runTool('ip', ['-json', 'link', 'show'])) as { ifname: string }[];
    for (const { ifname } of links) if (ifname !== 'lo') runTool('ip', ['link', 'delete', ifname]);
  });
}
