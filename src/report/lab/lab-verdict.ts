/** What a run showed, in one sentence; the same in every rendering. */
import { formatCount, plural } from '../../base/units.ts';
import type { LabCheck, LabRun } from '../../tcp/lab-run.ts';
import { measuredEnd } from '../ladder/measured-end.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { quantity } from './quantity.ts';

export type VerdictKind = 'passed' | 'failed' | 'incomplete';

export interface LabVerdict {
  readonly kind: VerdictKind;
  /** Without a final stop. */
  readonly sentence: string;
}

/** A run that was not played to its end, or that nothing was predicted for, never counts as passed, whatever its checks say. */
export function labVerdict(run: LabRun): LabVerdict {
  if (!run.complete) return { kind: 'incomplete', sentence: incompleteSentence(run) };
  const failed = run.checks.filter(({ ok }) => !ok);
  if (run.checks.length === 0) {
    return { kind: 'failed', sentence: `${run.scenario} proves nothing: no check was made` };
  }
  if (failed.length > 0) return { kind: 'failed', sentence: failedSentence(run, failed) };
  if (!run.passed)
    return { kind: 'failed', sentence: `${run.scenario} is marked as failed, though every check holds` };
  return { kind: 'passed', sentence: passedSentence(run) };
}

export function heldText({ checks }: LabRun): string {
  return `${formatCount(checks.filter(({ ok }) => ok).length)} of ${formatCount(checks.length)}`;
}

function passedSentence(run: LabRun): string {
  const shown = whatItShowed(run);
  const holds =
    run.checks.length === 1 ? 'the check holds' : `all ${formatCount(run.checks.length)} checks hold`;
  return `${run.scenario} went as predicted: ${shown === '' ? '' : `${shown}; `}${holds}`;
}

/** What the scenario concluded, the end of its timeline, else the first number that was measured. */
function whatItShowed(run: LabRun): string {
  if (run.conclusion !== undefined) return run.conclusion;
  const end = measuredEnd(run);
  if (end !== undefined && end.atMs !== null && typeof end.latestMs !== 'number') {
    const { predicted } = end;
    const interval = predicted === undefined ? '' : `, predicted ${intervalText(predicted)}`;
    return `${end.label}${interval}`;
  }
  const [metric] = run.metrics;
  return metric === undefined ? '' : `${metric.name}: ${quantity(metric.value, metric.unit)}`;
}

function intervalText({ atMs, latestMs }: { readonly atMs: number; readonly latestMs: number }): string {
  return latestMs < 50 ? 'at once' : `${seconds(atMs)} to ${seconds(latestMs)} s`;
}

function seconds(ms: number): string {
  return (ms / 1000).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 });
}

function failedSentence(run: LabRun, failed: readonly LabCheck[]): string {
  const [first] = failed;
  const count = `${formatCount(failed.length)} of ${plural(run.checks.length, 'check')} failed`;
  return `${run.scenario} did not go as predicted: ${count}${first === undefined ? '' : ` (${differenceText(first)})`}`;
}

/** "connect() returns: 140,000 ms instead of 131,000 to 135,094 ms" */
function differenceText({ name, measured, predicted, unit }: LabCheck): string {
  return `${name}: ${quantity(measured, unit)} instead of ${quantity(predicted, unit)}`;
}

function incompleteSentence(run: LabRun): string {
  const why = run.incompleteBecause.length === 0 ? 'no reason is given' : run.incompleteBecause.join('; ');
  const start = `INCOMPLETE: ${run.scenario} does not count (${why}), after ${secondsText(run.tookMs)}`;
  const held = run.checks.filter(({ ok }) => ok).length;
  const failed = run.checks.length - held;
  if (run.checks.length === 0) return `${start}; no check was made`;
  if (failed === 0) return `${start}; what was checked until then holds (${plural(held, 'check')})`;
  return `${start}; ${formatCount(failed)} of ${plural(run.checks.length, 'check')} made until then failed`;
}
