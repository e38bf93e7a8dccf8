import path from 'node:path';
import type { Clock } from '../../base/clock.ts';
import type { AppliedStep } from '../../tcp/applied-plan.ts';
import { sameText } from '../../tcp/parameters/parameter-value.ts';
import type { PlanChange, SysctlChange, TunePlan } from '../../tcp/tune-plan.ts';
import type { Journal } from '../journal/journal.ts';
import type { Action, SysctlAction } from '../journal/journal-record.ts';
import { configStep, type EditedFiles } from './config-step.ts';
import { dropInBytes, dropInFile, lastingChanges } from './drop-in.ts';
import { filePrepared } from './file-prepared.ts';
import { imageFolder } from './image-folder.ts';
import { namespaceOfPlan } from './namespace-of-plan.ts';
import { type Checkpoint, presentSysctl, readIfThere, StepError, writeSysctlAction } from './write-step.ts';

export interface ApplyRequest {
  readonly plan: TunePlan;
  /** Of the plan, in its order. */
  readonly changes: readonly PlanChange[];
  readonly journal: Journal;
  /** Everything is written below it; undefined: this host. */
  readonly root: string | undefined;
  readonly version: string;
  readonly clock: Clock;
  readonly checkpoint?: Checkpoint;
}

export interface Step {
  readonly changes: readonly number[];
  readonly what: string;
  /** Undefined: it is so already. Throws StepError where it cannot even begin. */
  readonly prepare: (number: number) => Prepared | undefined;
}

export interface Prepared {
  readonly action: Action;
  /** What there is to know about it, once it is made. */
  readonly make: () => string;
}

/** Makes the changes one after the other, each written down first; stops at the first that fails. */
export function applyPlan(request: ApplyRequest): readonly AppliedStep[] {
  const { plan, journal, clock, version, checkpoint = () => {} } = request;
  checkpoint('nothing');
  journal.append({ kind: 'open', atMs: clock.nowMs(), plan: plan.id, bootId: plan.host.bootId, version });
  checkpoint('journal open');
  const outcomes: AppliedStep[] = [];
  let stopped = false;
  for (const [at, step] of stepsOf(request).entries()) {
    const outcome: Pick<AppliedStep, 'outcome' | 'said'> = stopped
      ? { outcome: 'not reached', said: '' }
      : makeStep(step, at + 1, journal, checkpoint);
    stopped ||= outcome.outcome === 'failed';
    outcomes.push({ changes: step.changes, what: step.what, ...outcome });
  }
  journal.append({ kind: 'end', atMs: clock.nowMs(), outcome: stopped ? 'stopped' : 'applied' });
  checkpoint('end');
  return outcomes;
}

function makeStep(
  step: Step,
  number: number,
  journal: Journal,
  checkpoint: Checkpoint,
): Pick<AppliedStep, 'outcome' | 'said'> {
  let hasBegun = false;
  try {
    const prepared = step.prepare(number);
    if (prepared === undefined) return { outcome: 'so already', said: '' };
    checkpoint('prepared');
    journal.append({ kind: 'begin', step: number, changes: step.changes, action: prepared.action });
    hasBegun = true;
    checkpoint('begun');
    const said = prepared.make();
    checkpoint('made');
    journal.append({ kind: 'done', step: number });
    checkpoint('done');
    return { outcome: 'made', said };
  } catch (error) {
    if (!(error instanceof StepError)) throw error;
    if (hasBegun) journal.append({ kind: 'failed', step: number, said: error.message });
    return { outcome: 'failed', said: error.message };
  }
}

function stepsOf(request: ApplyRequest): readonly Step[] {
  const { changes, root } = request;
  const edited: EditedFiles = new Map();
  const steps = changes.flatMap((change): readonly Step[] => {
    if (change.kind === 'sysctl')
      return root === undefined ? [sysctlStep(change, request)] : belowRoot(change, root, request.checkpoint);
    return change.kind === 'config-edit' ? [configStep(change, request, edited)] : [];
  });
  const lasting = lastingChanges(changes);
  return lasting.length === 0 ? steps : [...steps, dropInStep(lasting, request)];
}

function sysctlStep(change: SysctlChange, { plan, checkpoint = () => {} }: ApplyRequest): Step {
  const { id, parameter, value } = change;
  return {
    changes: [id],
    what: `${parameter} = ${value}`,
    prepare: () => {
      const namespace = plan.namespaces.find(({ inode }) => inode === change.namespace);
      const found = namespace && namespaceOfPlan(namespace);
      if (namespace === undefined || found === undefined)
        throw new StepError('its network namespace is gone');
      const before = presentSysctl(parameter, found.path, '/proc/sys');
      if (before === undefined) throw new StepError('there is no such parameter in its network namespace');
      return sysctlPrepared(
        { namespace, folder: '/proc/sys', parameter, before, after: value },
        found.path,
        checkpoint,
      );
    },
  };
}

/** An image has no running kernel; a copy of /proc/sys, as tests have it, is written to. What is mounted there for a chroot is the kernel of this host. */
function belowRoot(
  { id, parameter, value }: SysctlChange,
  root: string,
  checkpoint: Checkpoint = () => {},
): readonly Step[] {
  const folder = imageFolder(root, 'proc/sys');
  const before = folder === undefined ? undefined : presentSysctl(parameter, null, folder);
  if (folder === undefined || before === undefined) return [];
  return [
    {
      changes: [id],
      what: `${parameter} = ${value}, below ${root}`,
      prepare: () =>
        sysctlPrepared({ namespace: null, folder, parameter, before, after: value }, null, checkpoint),
    },
  ];
}

/** `path` leads into the namespace; undefined: the value is so already. */
function sysctlPrepared(
  written: Omit<SysctlAction, 'kind'>,
  path: string | null,
  checkpoint: Checkpoint,
): Prepared | undefined {
  if (sameText(written.before, written.after)) return undefined;
  const action: SysctlAction = { kind: 'sysctl', ...written };
  return {
    action,
    make: () => {
      writeSysctlAction(action, path, checkpoint);
      return '';
    },
  };
}

function dropInStep(
  changes: readonly SysctlChange[],
  { journal, root, checkpoint = () => {} }: ApplyRequest,
): Step {
  const file = path.join(root ?? '/', dropInFile);
  return {
    changes: changes.map(({ id }) => id),
    what: file,
    prepare: (number) => {
      const present = readIfThere(file) ?? Buffer.alloc(0);
      const content = dropInBytes(present, changes);
      if (content.equals(present)) return undefined;
      const step = { what: 'drop-in' as const, file, shown: file, content, below: root };
      return filePrepared(journal, number, step, checkpoint, () => '');
    },
  };
}
