import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseTunePlan } from '../../../src/contract/tune-plan.ts';
import type { FindingId } from '../../../src/tcp/finding.ts';
import type { PlanChange, SysctlChange, TunePlan } from '../../../src/tcp/tune-plan.ts';
import { isCured, type VerifiedPlan } from '../../../src/tcp/verified-plan.ts';
import { type EndedProgram, runProgram } from '../../cli/start-program.ts';

/** `tune` as a person runs it, with its plan and its journals in a folder of the test's own. */
export class TuneProgram implements Disposable {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'halfopen-tune-'));
  readonly file = path.join(this.folder, 'plan.json');
  readonly state = path.join(this.folder, 'state');

  async plan(netns: string, window = '3s'): Promise<TunePlan> {
    const run = await runProgram(['tune', 'plan', '--netns', netns, '--for', window, '--out', this.file]);
    if (run.exitCode !== 0) throw new Error(`plan: ${run.exitCode} ${run.stderr}`);
    return parseTunePlan(JSON.parse(readFileSync(this.file, 'utf8')));
  }

  apply(...more: string[]): Promise<EndedProgram> {
    return runProgram(['tune', 'apply', this.file, '--yes', '--state', this.state, ...more]);
  }

  async verify(
    window = '2s',
  ): Promise<VerifiedPlan & { readonly exitCode: number | null; readonly cured: boolean }> {
    const run = await runProgram(['tune', 'verify', this.file, '--for', window, '--json']);
    if (run.stdout === '') throw new Error(`verify: ${run.exitCode} ${run.stderr}`);
    const verified: VerifiedPlan = JSON.parse(run.stdout);
    return { ...verified, exitCode: run.exitCode, cured: isCured(verified) };
  }

  rollBack(...more: string[]): Promise<EndedProgram> {
    return runProgram(['tune', 'rollback', '--state', this.state, ...more]);
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true });
  }
}

/** What apply makes of a plan by itself: values by name. */
export function sysctlsOf({ changes }: TunePlan): Readonly<Record<string, string>> {
  const made = changes.filter(
    (one: PlanChange): one is SysctlChange => one.kind === 'sysctl' && !one.optional,
  );
  return Object.fromEntries(made.map(({ parameter, value }) => [parameter, value]));
}

/** A change of one parameter, also one that is made on request only. */
export function changeOf({ changes }: TunePlan, parameter: string): SysctlChange {
  const found = changes.find(
    (one): one is SysctlChange => one.kind === 'sysctl' && one.parameter === parameter,
  );
  if (found === undefined) throw new Error(`no ${parameter} in ${JSON.stringify(changes, null, 1)}`);
  return found;
}

export function stateOf(
  { findings }: { readonly findings: readonly { readonly id: FindingId; readonly state: string }[] },
  id: FindingId,
): string | undefined {
  return findings.find((one) => one.id === id)?.state;
}
