import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { cleanLeftovers } from '../lab/clean-leftovers.ts';
import { type AccuracyOptions, accuracyUsage, readAccuracyOptions } from './accuracy/accuracy-options.ts';
import { accuracyPage } from './accuracy/accuracy-page.ts';
import { allFaults } from './accuracy/all-faults.ts';
import { allHealthy } from './accuracy/all-healthy.ts';
import { cleanCgroups } from './accuracy/hold-process.ts';
import { judgeAgain } from './accuracy/judge-again.ts';
import { type PlannedTrial, planFault, planHealthy } from './accuracy/plan.ts';
import { missText, resultLine, summaryText } from './accuracy/results-text.ts';
import { runTrial } from './accuracy/run-trial.ts';
import { summarise } from './accuracy/summary.ts';
import { isRight, type TrialResult } from './accuracy/trial-result.ts';
import { sideBySide } from './side-by-side.ts';

process.exitCode = await main(process.argv.slice(2));

async function main(argv: readonly string[]): Promise<number> {
  try {
    const options = readAccuracyOptions(argv);
    const results = options.judge === undefined ? await stageAll(options) : judgeAgain(options.judge);
    return report(options, results);
  } catch (error) {
    if (error instanceof HalfopenError || error instanceof TypeError) {
      process.stderr.write(`${error.message}\n${accuracyUsage}`);
      return error instanceof HalfopenError ? error.exitCode : exitCodes.usage;
    }
    throw error;
  }
}

async function stageAll(options: AccuracyOptions): Promise<readonly TrialResult[]> {
  cleanCgroups();
  cleanLeftovers();
  const folder = options.keep ?? mkdtempSync(path.join(tmpdir(), 'halfopen-accuracy-'));
  mkdirSync(folder, { recursive: true });
  const trials = planned(options);
  let done = 0;
  const results = await sideBySide(trials, options.jobs, async (trial) => {
    const result = await runTrial(trial, { window: options.window, folder });
    done++;
    keepOrForget(folder, result, options.keep !== undefined);
    process.stdout.write(`${resultLine(result, done, trials.length)}\n`);
    return result;
  });
  process.stdout.write(`observations: ${folder}\n`);
  return results;
}

function planned({ seed, faults, healthy, only, trial }: AccuracyOptions): readonly PlannedTrial[] {
  const faultKinds = allFaults.filter(({ name }) => name.startsWith(only ?? ''));
  const healthyKinds = allHealthy.filter(
    ({ name, available }) =>
      (only === undefined || `healthy/${name}`.startsWith(only)) && (available?.() ?? true),
  );
  if (trial) {
    const n = Number(trial.name.slice(1));
    const isFault = trial.name.startsWith('F');
    return [isFault ? planFault(trial.seed, n, allFaults) : planHealthy(trial.seed, n, healthyKinds)];
  }
  return [
    ...Array.from({ length: faultKinds.length > 0 ? faults : 0 }, (_, n) => planFault(seed, n, faultKinds)),
    ...Array.from({ length: healthyKinds.length > 0 ? healthy : 0 }, (_, n) =>
      planHealthy(seed, n, healthyKinds),
    ),
  ];
}

function keepOrForget(folder: string, result: TrialResult, all: boolean): void {
  if (all || !isRight(result)) {
    writeFileSync(path.join(folder, `${result.name}.trial.json`), JSON.stringify(result, null, 1));
  } else rmSync(path.join(folder, `${result.name}.json`), { force: true });
}

function report(options: AccuracyOptions, results: readonly TrialResult[]): number {
  const summary = summarise(results);
  for (const miss of summary.misses) process.stdout.write(`\n${missText(miss, options.seed)}\n`);
  process.stdout.write(`\n${summaryText(summary)}\n`);
  if (options.write !== undefined) {
    const setting = { ...options, kernel: kernelRelease(), cores: cpus().length };
    writeFileSync(options.write, accuracyPage(summary, setting));
    process.stdout.write(`wrote ${options.write}\n`);
  }
  return summary.meetsTargets ? exitCodes.clean : exitCodes.findings;
}

function kernelRelease(): string {
  const file = '/proc/sys/kernel/osrelease';
  return existsSync(file) ? readFileSync(file, 'utf8').trim() : 'unknown';
}
