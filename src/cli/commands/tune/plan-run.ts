import { systemClock } from '../../../app/diagnose-host.ts';
import { planTuning } from '../../../app/tune/plan-tuning.ts';
import { refuseUnwritable, writeWhole } from '../../../app/write-whole.ts';
import { exitCodes } from '../../../base/errors.ts';
import { formatDurationMs } from '../../../base/units.ts';
import { planText } from '../../../report/tune/plan-text.ts';
import { interruptible } from '../../interruptible.ts';
import { progressBar } from '../../progress.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import type { PlanOptions } from './plan.ts';

export async function runPlan(options: PlanOptions): Promise<number> {
  const { report, out, json } = options;
  if (out !== undefined) refuseUnwritable(out, 'write the plan to');
  const progress = progressBar(`watching for ${formatDurationMs(options.for)}`);
  const plan = await interruptible(
    (stop) =>
      planTuning({
        netns: options.netns,
        ports: options.port,
        windowMs: options.for,
        capture: 'auto',
        tool: { name: 'halfopen', version: version() },
        clock: systemClock,
        onProgress: progress.show,
        stop,
        ...(report === undefined ? {} : { report }),
      }),
    progress.end,
  ).finally(progress.end);
  const document = `${JSON.stringify(plan, null, 2)}\n`;
  process.stdout.write(json ? document : planText(plan, terminal()));
  if (out !== undefined) {
    writeWhole(out, document, 'write the plan to');
    process.stderr.write(`halfopen: wrote ${out}; halfopen tune apply ${out} makes these changes\n`);
  }
  return exitCodes.clean;
}
