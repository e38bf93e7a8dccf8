import path from 'node:path';
import { HalfopenError } from '../../base/errors.ts';
import { readJournal } from '../journal/journal.ts';
import { type Action, type JournalRecord, stepsToUndo } from '../journal/journal-record.ts';
import { appliedIds } from '../journal/state-folder.ts';

/** The apply that changed the same thing over ours, and has not been rolled back; undefined: none. */
export type LaterUses = (action: Action) => string | undefined;

/** What was applied after `id` has to go first: its journal knows our values as what was there before. */
export function laterUses(state: string, id: string): LaterUses {
  const ids = appliedIds(state);
  const later = ids
    .slice(ids.indexOf(id) + 1)
    .map((one) => ({ id: one, records: recordsOf(path.join(state, one)) }));
  return (action) =>
    later.findLast(({ records }) => stepsToUndo(records).some((step) => isSame(step.action, action)))?.id;
}

/** A damaged one cannot be rolled back, and is in nobody's way. */
function recordsOf(folder: string): readonly JournalRecord[] {
  try {
    return readJournal(folder).records;
  } catch (error) {
    if (error instanceof HalfopenError) return [];
    throw error;
  }
}

function isSame(a: Action, b: Action): boolean {
  if (a.kind === 'file') return b.kind === 'file' && a.file === b.file;
  return (
    b.kind === 'sysctl' &&
    a.parameter === b.parameter &&
    a.folder === b.folder &&
    a.namespace?.inode === b.namespace?.inode &&
    a.namespace?.cookie === b.namespace?.cookie
  );
}
