import { systemClock } from '../../../app/diagnose-host.ts';
import { readPlan } from '../../../app/tune/read-plan.ts';
import { verifyTuning } from '../../../app/tune/verify-tuning.ts';
import { exitCodes } from '../../../base/errors.ts';
import { formatDurationMs } from '../../../base/units.ts';
import { verifiedText } from '../../../report/tune/verified-text.ts';
import { isCured } from '../../../tcp/verified-plan.ts';
import { interruptible } from '../../interruptible.ts';
import { progressBar } from '../../progress.ts';
import { terminal } from '../../terminal.ts';
import { version } from '../../version.ts';
import type { VerifyOptions } from './verify.ts';

export async function runVerify(file: string, options: VerifyOptions): Promise<number> {
  const plan = readPlan(file);
  const progress = progressBar(`watching for ${formatDurationMs(options.for)}`);
  const verified = await interruptible(
    (stop) =>
      verifyTuning({
        plan,
        windowMs: options.for,
        tool: { name: 'halfopen', version: version() },
        clock: systemClock,
        onProgress: progress.show,
        stop,
      }),
    progress.end,
  ).finally(progress.end);
  process.stdout.write(
    options.json
      ? `${JSON.stringify({ schemaVersion: 1, ...verified }, null, 2)}\n`
      : verifiedText(verified, terminal()),
  );
  return isCured(verified) ? exitCodes.clean : exitCodes.findings;
}
