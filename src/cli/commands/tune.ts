import type { HalfopenCommand } from '../command.ts';
import { defineApply } from './tune/apply.ts';
import { defineExplain } from './tune/explain.ts';
import { defineLint } from './tune/lint.ts';
import { definePlan } from './tune/plan.ts';
import { defineRollback } from './tune/rollback.ts';
import { defineVerify } from './tune/verify.ts';

export const tuneCommand: HalfopenCommand = {
  define: (program, done) => {
    const tune = program
      .command('tune')
      .description(
        'Kernel parameters and backlogs: what they really do, and what to change on this host, with an undo.',
      );
    defineExplain(tune, done);
    defineLint(tune, done);
    definePlan(tune, done);
    defineApply(tune, done);
    defineVerify(tune, done);
    defineRollback(tune, done);
  },
};
