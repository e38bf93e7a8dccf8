import path from 'node:path';
import { leadsOutOf } from '../../kernel/files/leads-out-of.ts';
import { type HostIdentity, readHostIdentity } from '../../kernel/host/read-host-identity.ts';
import { catalogueName } from '../../tcp/parameters/parameter-names.ts';
import { sameText } from '../../tcp/parameters/parameter-value.ts';
import type { ConfigChange, PlanChange, PlanNamespace, SysctlChange, TunePlan } from '../../tcp/tune-plan.ts';
import { findEdit } from '../plan/find-edit.ts';
import { unifiedDiff } from '../plan/unified-diff.ts';
import { configText } from '../servers/config-text.ts';
import { foreignProcess } from './check-configuration.ts';
import { isInitial, namespaceOfPlan } from './namespace-of-plan.ts';
import { presentSysctl, readIfThere, sha256Of } from './write-step.ts';

/** Below another root there is a file system to look at, and no running kernel. */
export interface ApplyPlace {
  readonly root: string | undefined;
}

export interface ChangedSince {
  readonly change: SysctlChange;
  readonly now: string;
}

/** Why a plan is not this host's: what differs, in words. Empty: it is. */
export function whyNotThisHost(
  { host }: TunePlan,
  here: HostIdentity = readHostIdentity(),
): readonly string[] {
  if (host.bootId === null)
    return ['it was made from a report of another host, or of an earlier boot: plan on the host itself'];
  const compared = [
    ['hostname', host.hostname, here.hostname],
    ['machine id', host.machineId, here.machineId],
    ['boot', host.bootId, here.bootId],
    ['kernel', host.kernelRelease, here.kernelRelease],
  ] as const;
  return compared
    .filter(([, planned, now]) => planned !== now)
    .map(([name, planned, now]) => `${name}: planned for ${planned ?? 'unknown'}, here ${now ?? 'unknown'}`);
}

/** Why these changes cannot be made at all. */
export function whyNotPossible(
  plan: TunePlan,
  changes: readonly PlanChange[],
  { root }: ApplyPlace,
): readonly string[] {
  const inodes = new Set(changes.map(({ namespace }) => namespace));
  const planned = [...inodes].flatMap((inode) => {
    const namespace = plan.namespaces.find((one) => one.inode === inode);
    if (namespace === undefined) return [`the plan does not say what namespace ${inode} is`];
    return root === undefined ? whyNotThatNamespace(namespace) : [];
  });
  const possible = changes.flatMap((change) => {
    if (change.kind === 'sysctl') return whyNotSet(change, plan);
    return change.kind === 'config-edit' ? whyNotEditable(change, root) : [];
  });
  return [...planned, ...possible];
}

/** It is shown by its name, and as the host's or not: that has to be true. */
function whyNotThatNamespace(planned: PlanNamespace): readonly string[] {
  const { inode, names } = planned;
  const [name] = names;
  const shown = name === undefined ? inode : `${name} (${inode})`;
  const found = namespaceOfPlan(planned);
  if (found === undefined) return [`network namespace ${shown} is gone`];
  if (isInitial(found) !== planned.initial)
    return [`network namespace ${shown} is ${planned.initial ? 'not the host’s' : 'the host’s'}`];
  const isNamed = planned.initial || name === undefined || found.names.includes(name);
  return isNamed ? [] : [`network namespace ${inode} is not called ${name}`];
}

/** Only what a plan can hold: a parameter of the network that is judged, and a drop-in for the host's own values. */
function whyNotSet({ id, parameter, namespace, lasts }: SysctlChange, plan: TunePlan): readonly string[] {
  if (!parameter.startsWith('net.')) return [`${parameter} is no parameter of the network`];
  if (catalogueName(parameter) === undefined)
    return [`${parameter} is not in the catalogue: nobody has judged this value`];
  const initial = plan.namespaces.find(({ inode }) => inode === namespace)?.initial === true;
  return (lasts === 'drop-in') === initial
    ? []
    : [`change ${id} is damaged: /etc/sysctl.d holds the host’s own values, and no others`];
}

function whyNotEditable(edit: ConfigChange, root: string | undefined): readonly string[] {
  const foreign = root === undefined ? foreignProcess(edit.pid) : undefined;
  if (foreign !== undefined) return [`${edit.file}: ${foreign}`];
  const file = editedFile(edit, root);
  try {
    if (root !== undefined && leadsOutOf(root, file)) return [`${edit.file} lies outside of ${root}`];
    const bytes = readIfThere(file);
    if (edit.sha256 === null && bytes !== undefined) return [`${edit.file} exists by now`];
    if (edit.sha256 !== null && bytes === undefined) return [`${edit.file} is not there`];
    if (bytes !== undefined && sha256Of(bytes) !== edit.sha256)
      return [`${edit.file} has changed since the plan was made: plan again`];
    // What was read and agreed to is the diff.
    if (unifiedDiff(edit.file, bytes === undefined ? '' : configText(bytes), edit.edit) !== edit.diff)
      return [`change ${edit.id} is damaged: its diff does not show its edit`];
    return root === undefined ? whyNotFound(edit) : [];
  } catch (error) {
    return [`${edit.file}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

/** A plan is a file that anybody may have written to: only the line is edited that the host itself would plan. */
function whyNotFound({ id, listener, pid, value, ...edit }: ConfigChange): readonly string[] {
  const found = findEdit({ listener, pid, backlog: value });
  const essence = (of: Pick<ConfigChange, 'server' | 'root' | 'file' | 'edit' | 'takesEffect'>): string =>
    JSON.stringify([of.server, of.root, of.file, of.edit.line, of.edit.after, of.takesEffect.command]);
  const isSame = !('refused' in found) && essence(found) === essence(edit);
  if (isSame) return [];
  const said = 'refused' in found ? found.refused : `it would edit ${found.file}:${found.edit.line}`;
  return [`change ${id} is not what the host itself plans for process ${pid}: ${said}`];
}

export function editedFile({ root: processRoot, file }: ConfigChange, root: string | undefined): string {
  return root === undefined ? `${processRoot}${file}` : path.join(root, file);
}

/** Values that are neither what the plan saw nor what it wants. */
export function changedSince(
  plan: TunePlan,
  changes: readonly PlanChange[],
  { root }: ApplyPlace,
): readonly ChangedSince[] {
  if (root !== undefined) return [];
  return changes.flatMap((change): readonly ChangedSince[] => {
    if (change.kind !== 'sysctl') return [];
    const namespace = plan.namespaces.find(({ inode }) => inode === change.namespace);
    const found = namespace && namespaceOfPlan(namespace);
    const now = found && presentSysctl(change.parameter, found.path, '/proc/sys');
    if (now === undefined || sameText(now, change.value)) return [];
    return change.present === null || sameText(now, change.present) ? [] : [{ change, now }];
  });
}
