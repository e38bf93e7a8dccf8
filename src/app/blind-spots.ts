import { plural } from '../base/units.ts';
import { libc } from '../kernel/ffi.ts';
import type { NamespaceScan } from '../kernel/netns/find-namespaces.ts';
import type { Observation } from '../tcp/observation.ts';
import { explainMissing } from '../tcp/reading.ts';

/** What a run could not see and no single check misses; one sentence each, without names or addresses. */
export function blindSpots(
  scan: NamespaceScan,
  observation: Observation,
  allWanted: boolean,
): readonly string[] {
  return [
    ...[libcTrouble() ?? []].flat(),
    ...(allWanted ? hiddenNamespaces(scan) : []),
    ...packetsDenied(observation),
  ];
}

/** Why libc cannot be called here (a package without its binary for this machine), in one line; undefined where it can. */
export function libcTrouble(): string | undefined {
  try {
    libc();
    return undefined;
  } catch (error) {
    const [said] = (error instanceof Error ? error.message : String(error)).split('\n');
    return `libc cannot be called (${said}): only /proc of this network namespace could be read`;
  }
}

function hiddenNamespaces({ hidden, processesConcealed }: NamespaceScan): readonly string[] {
  const missing = 'network namespaces that only they live in are missing here';
  if (processesConcealed) return [`processes of other users are hidden (hidepid): ${missing}`];
  if (hidden === 0) return [];
  return [`${plural(hidden, 'process', 'processes')} could not be looked into: ${missing}`];
}

/** Rules do without packets where counters tell enough, so that no check mentions that they were refused. */
function packetsDenied({ namespaces }: Observation): readonly string[] {
  const reasons = namespaces.flatMap(({ packets, listeners }) =>
    packets.status === 'denied' && listeners.status === 'ok' ? [explainMissing(packets)] : [],
  );
  return [...new Set(reasons)].map((reason) => `no packets were sampled: ${reason}`);
}
