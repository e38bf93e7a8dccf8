import { exitCodes, HalfopenError } from '../../base/errors.ts';
import type { TunePlan } from '../../tcp/tune-plan.ts';
import { runOwnProgram } from './run-own-program.ts';

export interface PlanPreview {
  readonly netns: string;
  readonly ports: readonly number[];
  readonly forSeconds: number;
}

/** What `halfopen tune plan` says; changes nothing. Throws HalfopenError with its words where it fails. */
export async function previewPlan(
  program: string,
  { netns, ports, forSeconds }: PlanPreview,
  stop: AbortSignal,
): Promise<TunePlan> {
  const args = ['tune', 'plan', '--json', `--for=${forSeconds}s`, `--netns=${netns}`];
  const { exitCode, stdout, lines } = await runOwnProgram(
    program,
    [...args, ...ports.map((port) => `--port=${port}`)],
    { stop },
  );
  if (exitCode === exitCodes.clean && !stop.aborted) return JSON.parse(stdout) as TunePlan;
  throw new HalfopenError(exitCode === exitCodes.usage ? exitCodes.usage : exitCodes.cannotObserve, {
    attempted: 'plan changes for',
    on: netns === 'all' ? 'this host' : `network namespace ${netns}`,
    said: stop.aborted ? 'it was stopped' : lines.slice(-3).join(' '),
  });
}
