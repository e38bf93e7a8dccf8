/** /proc/PID/cgroup (cgroups(7)): one line a hierarchy, "number:controllers:path". */

export interface CgroupMembership {
  /** The path to show and to look for container names in: the v2 one, or the first v1 one that says something. */
  readonly path: string;
  /** Line `0::`; absent on a pure v1 host. */
  readonly unified?: string;
  /** v1 path by controller ("cpu", "freezer", "name=systemd"). */
  readonly byController: ReadonlyMap<string, string>;
}

const mostTelling = ['name=systemd', 'memory', 'cpu', 'pids', 'devices'] as const;

export function parseCgroupFile(text: string): CgroupMembership {
  const byController = new Map<string, string>();
  let unified: string | undefined;
  for (const line of text.split('\n')) {
    const match = /^(\d+):([^:]*):(.*)$/.exec(line);
    if (!match) continue;
    const [, number, controllers = '', path = ''] = match;
    if (number === '0' && controllers === '') unified = path;
    else for (const controller of controllers.split(',')) byController.set(controller, path);
  }
  const candidates = [
    unified,
    ...mostTelling.map((name) => byController.get(name)),
    ...byController.values(),
  ];
  const path = candidates.find((candidate) => candidate !== undefined && candidate !== '/') ?? '/';
  return unified === undefined ? { path, byController } : { path, unified, byController };
}
