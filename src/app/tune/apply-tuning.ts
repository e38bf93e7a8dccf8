import { realpathSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { exitCodes, HalfopenError, usageError } from '../../base/errors.ts';
import type { AppliedPlan } from '../../tcp/applied-plan.ts';
import type { PlanChange, TunePlan } from '../../tcp/tune-plan.ts';
import { applyPlan } from '../../tuning/apply/apply-plan.ts';
import { lastingChanges } from '../../tuning/apply/drop-in.ts';
import { type LaterLine, laterLines } from '../../tuning/apply/later-lines.ts';
import {
  type ChangedSince,
  changedSince,
  whyNotPossible,
  whyNotThisHost,
} from '../../tuning/apply/refuse-plan.ts';
import type { Checkpoint } from '../../tuning/apply/write-step.ts';
import { Journal } from '../../tuning/journal/journal.ts';
import { newApplyId, StateLock, usualStateFolder } from '../../tuning/journal/state-folder.ts';
import { requireLinux } from '../require-linux.ts';

export interface ApplyChoice {
  /** Numbers of optional changes that are wanted as well. */
  readonly with: readonly number[];
  readonly editConfig: boolean;
  /** Everything is written below it. */
  readonly root?: string;
}

export interface ChosenChanges {
  readonly chosen: readonly PlanChange[];
  /** Edits of configurations that --edit-config would make. */
  readonly notEdited: readonly PlanChange[];
  readonly manual: readonly PlanChange[];
  readonly changedSince: readonly ChangedSince[];
}

/** What of a plan would be made. Throws HalfopenError where it is not this host's, or cannot be made. */
export function chooseChanges(plan: TunePlan, choice: ApplyChoice): ChosenChanges {
  requireLinux('apply a plan');
  const unknown = choice.with.find((id) => !plan.changes.some((one) => one.id === id && one.optional));
  if (unknown !== undefined)
    throw usageError(
      'apply with',
      String(unknown),
      'It takes numbers of changes that the plan has on request.',
    );
  const wanted = plan.changes.filter(({ id, optional }) => !optional || choice.with.includes(id));
  const possible = wanted.filter(({ kind }) => kind !== 'manual');
  const chosen = possible.filter(({ kind }) => kind === 'sysctl' || choice.editConfig);
  const root = imageRoot(choice.root);
  if (root === undefined) refuse(plan, 'it is another one’s', whyNotThisHost(plan));
  refuse(plan, 'something is missing', whyNotPossible(plan, chosen, { root }));
  return {
    chosen,
    notEdited: possible.filter((change) => !chosen.includes(change)),
    manual: wanted.filter(({ kind }) => kind === 'manual'),
    changedSince: changedSince(plan, chosen, { root }),
  };
}

/** Where an image really lies; the running system is none: its settings belong to a plan of this host. */
function imageRoot(root: string | undefined): string | undefined {
  if (root === undefined) return undefined;
  let real: string;
  try {
    real = realpathSync(root);
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new HalfopenError(exitCodes.usage, { attempted: 'write below', on: root, said });
  }
  if (real === '/') throw usageError('write below', root, 'That is this host itself: leave out --root.');
  return real;
}

function refuse({ id }: TunePlan, what: string, reasons: readonly string[]): void {
  if (reasons.length === 0) return;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'apply plan',
    on: `${id} here, ${what}`,
    said: reasons.join('; '),
    remedy: 'Nothing was changed. halfopen tune plan makes a new one.',
  });
}

export interface ApplyRequest extends Pick<ApplyChoice, 'root'> {
  readonly plan: TunePlan;
  readonly chosen: readonly PlanChange[];
  /** What was told to have changed since the plan was made, and agreed to. */
  readonly agreed?: readonly ChangedSince[];
  readonly state?: string;
  readonly version: string;
  readonly clock: Clock;
  readonly checkpoint?: Checkpoint;
}

/** Makes the changes, each written down first. What could not be made is in the result; throws HalfopenError where nothing can be written down. */
export function applyTuning(request: ApplyRequest): AppliedPlan {
  const { plan, chosen, agreed = [], version, clock, checkpoint } = request;
  refuseWithoutRoot(request.root);
  const root = imageRoot(request.root);
  const state = path.resolve(request.state ?? usualStateFolder());
  using _lock = StateLock.take(state, 'apply');
  // Somebody may have read the plan for an hour; files are compared where they are edited.
  const since = changedSince(plan, chosen, { root })
    .filter(({ change, now }) => !agreed.some((one) => one.change.id === change.id && one.now === now))
    .map(({ change, now }) => `${change.parameter} is ${now} by now`);
  refuse(plan, 'something has changed meanwhile', since);
  const id = newApplyId(state, plan.id);
  using journal = Journal.create(path.join(state, id));
  // For people: rollback does not need it.
  journal.keep('plan.json', Buffer.from(`${JSON.stringify(plan, null, 2)}\n`));
  try {
    const steps = applyPlan({
      plan,
      changes: chosen,
      journal,
      root,
      version,
      clock,
      ...(checkpoint === undefined ? {} : { checkpoint }),
    });
    return { id, state, steps, later: linesThatWin(chosen, root) };
  } catch (error) {
    if (!(error instanceof HalfopenError)) throw error;
    const remedy = `${error.detail.remedy ?? ''}\nWhat was made until then is undone with: halfopen tune rollback ${id}`;
    throw new HalfopenError(error.exitCode, { ...error.detail, remedy: remedy.trim() });
  }
}

export function refuseWithoutRoot(root: string | undefined): void {
  if (root !== undefined || process.getuid?.() === 0) return;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'change the settings of',
    on: 'this host',
    said: 'only root may',
    remedy: 'Run it with sudo; --dry-run shows what would be done, --root DIR writes below a folder.',
  });
}

function linesThatWin(chosen: readonly PlanChange[], root: string | undefined): readonly LaterLine[] {
  const lasting = lastingChanges(chosen);
  return lasting.length === 0 ? [] : laterLines(lasting, root);
}
