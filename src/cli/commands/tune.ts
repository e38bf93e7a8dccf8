import type { HalfopenCommand } from '../command.ts';
import { defineExplain } from './tune/explain.ts';
import { defineLint } from './tune/lint.ts';

export const tuneCommand: HalfopenCommand = {
  define: (program, done) => {
    const tune = program
      .command('tune')
      .description(
        'Kernel parameters: what they really do, and which lines of a configuration are worth keeping.',
      );
    defineExplain(tune, done);
    defineLint(tune, done);
  },
};
