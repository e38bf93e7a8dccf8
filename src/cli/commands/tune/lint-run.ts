import { lintSysctl } from '../../../app/tune/lint-sysctl.ts';
import { exitCodes } from '../../../base/errors.ts';
import { type LineJudgement, lineJudgements, type TuneLint } from '../../../tcp/tune-lint.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import type { LintOptions } from './lint.ts';

/** Lints, prints, and resolves to the exit code. What draws is loaded when it is known which. */
export async function runLint(files: readonly string[], options: LintOptions): Promise<number> {
  const { root, kernel, failOn } = options;
  const lint = await lintSysctl({
    files,
    ...(root === undefined ? {} : { root }),
    ...(kernel === undefined ? {} : { kernel }),
  });
  process.stdout.write(await drawn(lint, options));
  return exitCodeOf(lint, failOn);
}

async function drawn(lint: TuneLint, { json, sarif }: LintOptions): Promise<string> {
  if (json) return `${JSON.stringify(lint, null, 2)}\n`;
  if (sarif) {
    const { lintSarif } = await import('../../../report/tune/lint-sarif.ts');
    return `${JSON.stringify(await lintSarif(lint, version()), null, 2)}\n`;
  }
  const { lintText } = await import('../../../report/tune/lint-text.ts');
  return lintText(lint, terminal());
}

/** Lines in force count, and lines that are no settings: what they were written for does not happen. */
function exitCodeOf({ lines, errors }: TuneLint, failOn: LineJudgement): number {
  const threshold = lineJudgements.indexOf(failOn);
  const failed =
    errors.some(({ line }) => line !== undefined) ||
    lines.some(({ judgement, effective }) => effective && lineJudgements.indexOf(judgement) <= threshold);
  return failed ? exitCodes.findings : exitCodes.clean;
}
