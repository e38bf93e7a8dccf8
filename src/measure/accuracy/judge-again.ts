import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { loadObservation } from '../../app/saved-observation.ts';
import { diagnose } from '../../diagnosis/diagnose.ts';
import { judge } from './judge.ts';
import type { TrialResult } from './trial-result.ts';

/** Judges the observations kept in a folder with the rules as they are now: the same hosts, without staging them again. */
export function judgeAgain(folder: string): readonly TrialResult[] {
  const trials = readdirSync(folder).filter((name) => name.endsWith('.trial.json'));
  return trials.map((name) => {
    const kept = JSON.parse(readFileSync(path.join(folder, name), 'utf8')) as TrialResult;
    if (!kept.staged) return kept;
    const { findings } = diagnose(loadObservation(path.join(folder, `${kept.name}.json`)));
    return { ...kept, findings, verdict: judge(findings, kept.truths, kept.consequences) };
  });
}
