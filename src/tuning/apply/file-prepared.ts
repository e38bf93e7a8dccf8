import { HalfopenError } from '../../base/errors.ts';
import type { Journal } from '../journal/journal.ts';
import type { Prepared } from './apply-plan.ts';
import { type Checkpoint, type FileStep, planFileAction, wordsOf, writeFileAction } from './write-step.ts';

/** A file that is about to be replaced, its bytes kept. `said` is asked once it is made. */
export function filePrepared(
  journal: Journal,
  number: number,
  step: FileStep,
  checkpoint: Checkpoint,
  said: () => string,
): Prepared {
  try {
    const action = planFileAction(journal, number, step);
    return {
      action,
      make: () => {
        writeFileAction(action, step, checkpoint);
        return said();
      },
    };
  } catch (error) {
    if (error instanceof HalfopenError) throw error;
    throw wordsOf(error);
  }
}
