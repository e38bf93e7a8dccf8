import os from 'node:os';
import type { Clock } from '../../base/clock.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import type { Observation } from '../../tcp/observation.ts';
import type { Proof } from '../../tcp/proof.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';
import { type LabJob, runLab, unplayed } from '../lab/run-lab.ts';
import { judgeProof } from './judge-proof.ts';
import type { ProofPlan } from './plan-proof.ts';

export interface ProveOptions {
  readonly tool: Observation['tool'];
  readonly clock: Clock;
  readonly seed: number;
  /** Instead of that of the finding. */
  readonly family?: Family;
  readonly stop: AbortSignal;
  readonly onProgress: (text: string) => void;
}

/** Plays the situation without and with the remedy, and with what is in vain. Stopped, the proof has incomplete runs. */
export async function prove(plan: ProofPlan, options: ProveOptions): Promise<Proof> {
  const { rebuilt, remedy } = plan;
  const before = await play(plan, 'before', plan.before, options);
  const after = before.complete
    ? await play(plan, `with ${remedy.what}`, plan.after, options)
    : unplayed(jobOf(plan, plan.after, options), options.seed, before.kernel, 'it was not begun');
  const inVain =
    plan.inVain && rebuilt.inVain && after.complete
      ? await play(plan, `with ${rebuilt.inVain.what}`, plan.inVain, options)
      : undefined;
  return judgeProof(plan, { before, after, ...(inVain ? { inVain } : {}) });
}

async function play(
  plan: ProofPlan,
  what: string,
  values: SettingValues,
  options: ProveOptions,
): Promise<LabRun> {
  const job = jobOf(plan, values, options);
  options.onProgress(`${what}: ${job.scenario.name} over ${job.family}`);
  const [run] = await runLab([job], {
    ...options,
    jobs: 1,
    onProgress: (_, text) => options.onProgress(`${what}: ${text}`),
  });
  return run ?? unplayed(job, options.seed, os.release(), 'interrupted');
}

function jobOf({ rebuilt, family }: ProofPlan, values: SettingValues, options: ProveOptions): LabJob {
  return { scenario: rebuilt.scenario, values, family: options.family ?? family };
}
