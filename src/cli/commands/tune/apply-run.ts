import { systemClock } from '../../../app/diagnose-host.ts';
import {
  applyTuning,
  type ChosenChanges,
  chooseChanges,
  refuseWithoutRoot,
} from '../../../app/tune/apply-tuning.ts';
import { readPlan } from '../../../app/tune/read-plan.ts';
import { exitCodes, HalfopenError, usageError } from '../../../base/errors.ts';
import type { AppliedDocument } from '../../../contract/tune-apply.ts';
import { printable } from '../../../report/printable.ts';
import { appliedText } from '../../../report/tune/applied-text.ts';
import { changeTitle, planText } from '../../../report/tune/plan-text.ts';
import type { AppliedPlan } from '../../../tcp/applied-plan.ts';
import type { PlanChange, TunePlan } from '../../../tcp/tune-plan.ts';
import { ask, canAsk } from '../../ask.ts';
import { terminal } from '../../terminal.ts';
import { uninterrupted } from '../../uninterrupted.ts';
import { version } from '../../version.ts';
import type { ApplyOptions } from './apply.ts';

export async function runApply(file: string, options: ApplyOptions): Promise<number> {
  const plan = readPlan(file);
  const { state, root, dryRun, json } = options;
  if (!dryRun) {
    refuseWithoutRoot(root);
    if (!options.yes && (file === '-' || !canAsk()))
      throw usageError('ask', 'without a terminal', 'Read the plan (--dry-run), then give --yes.');
  }
  const choice = {
    with: options.with,
    editConfig: options.editConfig === true,
    ...(root === undefined ? {} : { root }),
  };
  const chosen = chooseChanges(plan, choice);
  if (json) {
    if (!options.yes && !dryRun) process.stderr.write(planText(plan, { ...terminal(), colour: false }));
  } else process.stdout.write(planText(plan, terminal()));
  tellChoice(plan, chosen);
  if (dryRun || chosen.chosen.length === 0) {
    if (json) process.stdout.write(documentOf(plan, chosen, null));
    return exitCodes.clean;
  }
  if (!(await isAgreed(chosen, options))) {
    process.stderr.write('halfopen: nothing was changed\n');
    return exitCodes.findings;
  }
  const applied = uninterrupted(() =>
    applyTuning({
      plan,
      chosen: chosen.chosen,
      agreed: chosen.changedSince,
      version: version(),
      clock: systemClock,
      ...(root === undefined ? {} : { root }),
      ...(state === undefined ? {} : { state }),
    }),
  );
  process.stdout.write(
    json ? documentOf(plan, chosen, applied) : `\n${appliedText(applied, plan, terminal())}`,
  );
  const failed = applied.steps.some(({ outcome }) => outcome === 'failed');
  return failed ? exitCodes.cannotObserve : exitCodes.clean;
}

function documentOf(
  { id }: TunePlan,
  { chosen, notEdited, manual }: ChosenChanges,
  applied: AppliedPlan | null,
): string {
  const numbers = (changes: readonly PlanChange[]): readonly number[] => changes.map((one) => one.id);
  const document: AppliedDocument = {
    schemaVersion: 1,
    plan: id,
    chosen: numbers(chosen),
    notEdited: numbers(notEdited),
    manual: numbers(manual),
    applied,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

function tellChoice(plan: TunePlan, { chosen, notEdited, manual }: ChosenChanges): void {
  const numbers = (changes: readonly PlanChange[]): string => changes.map(({ id }) => id).join(', ');
  const lines = [
    chosen.length === 0 ? 'nothing of this plan is to be made here' : `to be made: ${numbers(chosen)}`,
    ...(notEdited.length > 0 ? [`only with --edit-config: ${numbers(notEdited)}`] : []),
    ...(manual.length > 0 ? [`yours to do: ${numbers(manual)}`] : []),
  ];
  process.stderr.write(lines.map((line) => `halfopen: plan ${plan.id}: ${line}\n`).join(''));
}

/** What has changed meanwhile is said, and asked for on its own; a script has to ask for it by name. */
async function isAgreed({ chosen, changedSince }: ChosenChanges, options: ApplyOptions): Promise<boolean> {
  for (const { change, now } of changedSince) {
    const planned = changeTitle(change, `in namespace ${change.namespace}`);
    const told = printable(`changed since the plan was made: ${planned}; it is ${now} now`);
    process.stderr.write(`halfopen: ${told}\n`);
  }
  if (changedSince.length > 0 && !options.forceStale) {
    if (options.yes)
      throw new HalfopenError(exitCodes.cannotObserve, {
        attempted: 'apply a plan that',
        on: 'is out of date',
        said: `${changedSince.length} of its values have changed since`,
        remedy: 'Nothing was changed. Plan again, or give --force-stale.',
      });
    if (!(await ask('Apply it all the same?'))) return false;
  }
  return (
    options.yes === true ||
    ask(`Make ${chosen.length === 1 ? 'this change' : `these ${chosen.length} changes`}?`)
  );
}
