import { systemClock } from '../../../app/diagnose-host.ts';
import { listApplied, rollBackTuning } from '../../../app/tune/roll-back-tuning.ts';
import { exitCodes, usageError } from '../../../base/errors.ts';
import { appliedListText, rolledBackText } from '../../../report/tune/applied-text.ts';
import { terminal } from '../../terminal.ts';
import { uninterrupted } from '../../uninterrupted.ts';
import type { RollbackOptions } from './rollback.ts';

export function runRollback(id: string | undefined, options: RollbackOptions): number {
  const { list, force, state, json } = options;
  const print = (value: object, text: () => string): void => {
    process.stdout.write(json ? `${JSON.stringify({ schemaVersion: 1, ...value }, null, 2)}\n` : text());
  };
  if (list) {
    if (id !== undefined) throw usageError('list', `"${id}"`, 'Name an id or --list, not both.');
    const applied = listApplied(state);
    print({ applied }, () => appliedListText(applied, terminal()));
    return exitCodes.clean;
  }
  const rolledBack = uninterrupted(() =>
    rollBackTuning({
      force: force === true,
      clock: systemClock,
      ...(id === undefined ? {} : { id }),
      ...(state === undefined ? {} : { state }),
    }),
  );
  if (rolledBack === null) {
    print({ id: id ?? null, steps: [] }, () => 'Nothing to roll back.\n');
    return exitCodes.clean;
  }
  print(rolledBack, () => rolledBackText(rolledBack, terminal()));
  const left = rolledBack.steps.some(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  return left ? exitCodes.findings : exitCodes.clean;
}
