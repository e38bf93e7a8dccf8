import { formatCount, plural } from '../../base/units.ts';
import { metricOf } from '../../lab/proofs/finding-proof.ts';
import type { LabMetric, LabRun } from '../../tcp/lab-run.ts';
import {
  type Proof,
  type ProofChange,
  type ProofRow,
  proofSchemaVersion,
  type TriedInVain,
} from '../../tcp/proof.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import { subjectText } from './choose-finding.ts';
import type { ProofPlan } from './plan-proof.ts';

export interface ProofRuns {
  readonly before: LabRun;
  readonly after: LabRun;
  readonly inVain?: LabRun;
}

/**
 * What the runs come to. The remedy worked where both were played to their end, the failure showed without it and did not with it;
 * whether all went as predicted is another question, and mentioned.
 */
export function judgeProof(plan: ProofPlan, { before, after, inVain }: ProofRuns): Proof {
  const { rebuilt, remedy, finding } = plan;
  const failureShown = before.complete && rebuilt.fails(before);
  const tried = inVain?.complete && failureShown ? triedInVain(plan, inVain) : undefined;
  return {
    schemaVersion: proofSchemaVersion,
    finding: finding.id,
    subject: subjectText(finding),
    remedy: remedy.what,
    proposed: plan.proposed,
    failure: rebuilt.failure,
    failureShown,
    changed: changesBetween(plan.before, plan.after),
    before,
    after,
    rows: rowsOf(rebuilt.telling, before, after, tried?.run),
    worked: failureShown && after.complete && !rebuilt.fails(after),
    ...(tried ? { inVain: tried } : {}),
    scaled: plan.scaled,
    doesNotProve: [...plan.doesNotProve, ...unexpected('before', before), ...unexpected('after', after)],
  };
}

function triedInVain({ before, inVain, rebuilt }: ProofPlan, run: LabRun): TriedInVain {
  return {
    change: rebuilt.inVain?.what ?? '',
    changed: changesBetween(before, inVain ?? before),
    run,
    failureStayed: rebuilt.fails(run),
  };
}

function changesBetween(before: SettingValues, after: SettingValues): readonly ProofChange[] {
  return Object.entries(after).flatMap(([name, value]) => {
    const was = before[name];
    return was === undefined || was === value ? [] : [{ name, before: was, after: value }];
  });
}

/** Who never got in has no time to connect: with more of them in, it says nothing about better or worse. */
function isOfConnected(name: string): boolean {
  return name.startsWith('time to connect');
}

/** A busy machine moves times by as much, whatever was changed. */
const NOISE_MS = 20;

function rowsOf(
  telling: readonly string[],
  before: LabRun,
  after: LabRun,
  inVain: LabRun | undefined,
): readonly ProofRow[] {
  const connected = (run: LabRun): number | undefined => metricOf(run, 'connected');
  const sameConnected = connected(before) === connected(after);
  // Of fewer that came fewer are served.
  const attempted = (run: LabRun): number => metricOf(run, 'connections attempted') ?? 0;
  const fewerAttempted = attempted(after) < attempted(before);
  return telling.flatMap((name) => {
    const of = (run: LabRun | undefined): LabMetric | undefined =>
      run?.metrics.find((metric) => metric.name === name);
    const [was, is, idle] = [of(before), of(after), of(inVain)];
    if (was === undefined || is === undefined) return [];
    if ([was, is, idle].every((one) => (one?.value ?? 0) === 0)) return [];
    const moved = is.value - was.value;
    const isNoise = was.unit === 'ms' && Math.abs(moved) < NOISE_MS;
    const isIncomparable =
      (isOfConnected(name) && !sameConnected) || (was.better === 'more' && fewerAttempted);
    const better = isNoise || isIncomparable ? 'neither' : was.better;
    const improved = (better === 'more' && moved > 0) || (better === 'less' && moved < 0);
    const row = { name, unit: was.unit, before: was.value, after: is.value, better, improved };
    return [idle === undefined ? row : { ...row, inVain: idle.value }];
  });
}

/** What did not come as predicted is said, though it is not what the remedy is judged by; the doctor's word is about another question. */
function unexpected(which: 'before' | 'after', { checks, complete }: LabRun): readonly string[] {
  const missed = checks.filter(({ ok, name }) => !ok && !name.includes('the doctor'));
  const [first] = missed;
  if (!complete || first === undefined) return [];
  const text = (value: number | string): string =>
    typeof value === 'number' ? formatCount(value, 1) : value;
  return [
    `That all went as predicted in the run ${which}: ${plural(missed.length, 'check')} of ${checks.length} did not hold (${first.name}: ${text(first.predicted)} predicted, ${text(first.measured)} measured).`,
  ];
}
