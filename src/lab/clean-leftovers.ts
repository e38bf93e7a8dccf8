import { existsSync, readdirSync } from 'node:fs';
import { endProcesses, type FoundProcess, processesOfEndedRuns } from './lab-processes.ts';
import { namespaceFolder } from './namespace-file.ts';
import { removeNamespace } from './remove-namespace.ts';
import { isRunOver, runOfName } from './run-id.ts';

export interface Cleaned {
  /** Names of network namespaces; their links went with them. */
  readonly namespaces: readonly string[];
  /** Killed: programs of runs that are over, and whatever else was in their namespaces. */
  readonly processes: readonly FoundProcess[];
  /** What could not be removed, and why. */
  readonly kept: readonly { readonly name: string; readonly because: string }[];
}

/** A program that was just being started when its run was killed shows up in the second look. */
const looks = 2;

/**
 * Removes what lab runs left behind whose process is gone (killed with SIGKILL, say), and nothing of a run that lives. The lab keeps
 * no files but the names in /run/netns. Several may clean at the same time: each reports what it removed itself.
 */
export function cleanLeftovers(): Cleaned {
  const namespaces: string[] = [];
  const processes: FoundProcess[] = [];
  const kept: { name: string; because: string }[] = [];
  for (let look = 0; look < looks; look++) {
    // First, since a tool of `ip` in mid-air could make a link in a namespace after it has been looked at.
    processes.push(...endProcesses(processesOfEndedRuns, () => true));
    for (const name of namesOfEndedRuns().filter((one) => !kept.some((other) => other.name === one))) {
      try {
        const gone = removeNamespace(name);
        if (gone.removed) namespaces.push(name);
        processes.push(...gone.processes);
      } catch (error) {
        kept.push({ name, because: error instanceof Error ? error.message : String(error) });
      }
    }
  }
  return { namespaces, processes, kept };
}

function namesOfEndedRuns(): string[] {
  if (!existsSync(namespaceFolder)) return [];
  return readdirSync(namespaceFolder).filter((name) => {
    const run = runOfName(name);
    return run !== undefined && isRunOver(run);
  });
}
