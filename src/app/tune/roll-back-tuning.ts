import path from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { HalfopenError, usageError } from '../../base/errors.ts';
import { readHostIdentity } from '../../kernel/host/read-host-identity.ts';
import type { AppliedListing, RolledBack } from '../../tcp/applied-plan.ts';
import type { Checkpoint } from '../../tuning/apply/write-step.ts';
import { hasJournal, Journal, readJournal } from '../../tuning/journal/journal.ts';
import { type JournalRecord, statusOf, stepsToUndo } from '../../tuning/journal/journal-record.ts';
import { appliedIds, StateLock, usualStateFolder } from '../../tuning/journal/state-folder.ts';
import { laterUses } from '../../tuning/rollback/later-uses.ts';
import { nameOf, rollBack } from '../../tuning/rollback/roll-back.ts';

export interface RollbackRequest {
  /** Undefined: the last one that has not been rolled back. */
  readonly id?: string;
  readonly state?: string;
  readonly force: boolean;
  readonly clock: Clock;
  readonly checkpoint?: Checkpoint;
}

/** Puts back what an apply changed; null: there is nothing (left) to put back. Throws HalfopenError (usage) for an id that is none. */
export function rollBackTuning(request: RollbackRequest): RolledBack | null {
  const { force, clock, checkpoint } = request;
  const state = request.state ?? usualStateFolder();
  const id = request.id ?? lastApplied(state);
  if (id === undefined) return null;
  const folder = path.join(state, id);
  if (!/^[\w.-]+$/.test(id) || !hasJournal(folder))
    throw usageError('roll back', `"${id}"`, 'halfopen tune rollback --list shows what was applied.');
  using _lock = StateLock.take(state, 'rollback');
  using journal = Journal.open(folder);
  if (statusOf(journal.records) === 'rolled back') return null;
  const steps = rollBack({
    journal,
    force,
    laterUses: laterUses(state, id),
    bootId: readHostIdentity().bootId,
    clock,
    ...(checkpoint === undefined ? {} : { checkpoint }),
  });
  return { id, steps };
}

/** One that found all of it so already has nothing to put back: the one before it is meant. */
function lastApplied(state: string): string | undefined {
  return appliedIds(state).findLast((id) => {
    const { records } = readJournal(path.join(state, id));
    return statusOf(records) !== 'rolled back' && stepsToUndo(records).length > 0;
  });
}

/** The oldest first. */
export function listApplied(state = usualStateFolder()): readonly AppliedListing[] {
  return appliedIds(state).map((id) => {
    let records: readonly JournalRecord[];
    try {
      ({ records } = readJournal(path.join(state, id)));
    } catch (error) {
      if (!(error instanceof HalfopenError)) throw error;
      return { id, atMs: null, status: `damaged: ${error.detail.said}`, what: [] };
    }
    const opened = records.find((one) => one.kind === 'open');
    return {
      id,
      atMs: opened?.atMs ?? null,
      status: statusOf(records),
      what: stepsToUndo(records)
        .map(({ action }) => nameOf(action))
        .reverse(),
    };
  });
}
