import { Dice, seedOf } from './dice.ts';
import type { PlannedTrial } from './plan.ts';
import { kindsOf, playScene, type Scene, type SceneOptions } from './scene.ts';
import type { TrialResult } from './trial-result.ts';

/** Chance decides a few things about the scene; what does not come about in so many scenes counts as not staged. */
const mostAttempts = 3;

/** Stages the trial, until the kernel confirms that it stands, and has the doctor look at it. */
export async function runTrial(trial: PlannedTrial, options: SceneOptions): Promise<TrialResult> {
  const notStaged: string[] = [];
  for (;;) {
    const dice = new Dice(seedOf(trial.seed, notStaged.length));
    const { missing, ...result } = await playScene(trial, dice, options).catch((error: unknown) =>
      brokenScene(trial, error),
    );
    if (missing === undefined) return { ...result, notStaged, staged: true };
    notStaged.push(missing);
    if (notStaged.length >= mostAttempts) return { ...result, notStaged, staged: false };
  }
}

/** The stage itself failed: a program of it did not start, say. */
function brokenScene(trial: PlannedTrial, error: unknown): Scene {
  const [said] = String(error).split('\n');
  return {
    name: trial.name,
    kinds: kindsOf(trial),
    family: '',
    link: '',
    background: [],
    parameters: {},
    truths: [],
    consequences: [],
    window: trial.window,
    findings: [],
    verdict: { topRight: false, allFound: false, missed: [], falseAlarms: [], top: 'nothing' },
    missing: `the stage failed: ${said}`,
  };
}
