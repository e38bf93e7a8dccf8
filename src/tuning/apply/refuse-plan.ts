import { readFileSync, statSync } from 'node:fs';
import { type HostIdentity, readHostIdentity } from '../../kernel/host/read-host-identity.ts';
import type { ConfigChange, PlanChange, SysctlChange, TunePlan } from '../../tcp/tune-plan.ts';
import { unifiedDiff } from '../plan/unified-diff.ts';
import { configText } from '../servers/config-text.ts';
import { foreignProcess } from './check-configuration.ts';
import { namespaceOfPlan } from './namespace-of-plan.ts';
import { presentSysctl, sameValue, sha256Of } from './write-step.ts';

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
    if (root !== undefined || namespaceOfPlan(namespace) !== undefined) return [];
    const name = namespace.names[0];
    return [`network namespace ${name === undefined ? inode : `${name} (${inode})`} is gone`];
  });
  const edits = changes.filter((change): change is ConfigChange => change.kind === 'config-edit');
  return [...planned, ...edits.flatMap((edit) => whyNotEditable(edit, root))];
}

function whyNotEditable(edit: ConfigChange, root: string | undefined): readonly string[] {
  const foreign = root === undefined ? foreignProcess(edit.pid) : undefined;
  if (foreign !== undefined) return [`${edit.file}: ${foreign}`];
  const file = editedFile(edit, root);
  try {
    const found = statSync(file, { throwIfNoEntry: false });
    if (edit.sha256 === null) {
      if (found) return [`${edit.file} exists by now`];
      return unifiedDiff(edit.file, '', edit.edit) === edit.diff
        ? []
        : [`change ${edit.id} is damaged: its diff does not show its edit`];
    }
    if (!found?.isFile()) return [`${edit.file} is not there, or no regular file`];
    const bytes = readFileSync(file);
    if (sha256Of(bytes) !== edit.sha256)
      return [`${edit.file} has changed since the plan was made: plan again`];
    // What was read and agreed to is the diff.
    return unifiedDiff(edit.file, configText(bytes), edit.edit) === edit.diff
      ? []
      : [`change ${edit.id} is damaged: its diff does not show its edit`];
  } catch (error) {
    return [`${edit.file}: ${error instanceof Error ? error.message : String(error)}`];
  }
}

export function editedFile({ root: processRoot, file }: ConfigChange, root: string | undefined): string {
  return `${root ?? processRoot}${file}`;
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
    if (now === undefined || sameValue(now, change.value)) return [];
    return change.present === null || sameValue(now, change.present) ? [] : [{ change, now }];
  });
}
