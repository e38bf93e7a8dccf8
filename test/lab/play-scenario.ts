import { expect } from 'vitest';
import { systemClock } from '../../src/app/diagnose-host.ts';
import { runLab } from '../../src/app/lab/run-lab.ts';
import type { Scenario } from '../../src/lab/scenario.ts';
import type { LabRun } from '../../src/tcp/lab-run.ts';
import { readSettings } from '../../src/tcp/setting.ts';
import type { Family } from '../../src/tcp/socket.ts';

export interface PlayOptions {
  readonly stop?: AbortSignal;
  /** The user's own server, as a shell would take it. */
  readonly server?: string;
  /** Where the packets go, as a pcap file. */
  readonly keepCapture?: string;
}

/** One scenario with `--set` texts, in this process. */
export async function playScenario(
  scenario: Scenario,
  family: Family,
  set: readonly string[],
  { stop = new AbortController().signal, ...more }: PlayOptions = {},
): Promise<LabRun> {
  const values = readSettings(scenario.settings, set, `scenario ${scenario.name}`);
  const [run] = await runLab([{ scenario, values, family }], {
    tool: { name: 'halfopen', version: 'test' },
    clock: systemClock,
    seed: 1,
    jobs: 1,
    stop,
    onProgress: () => {},
    ...more,
  });
  if (run === undefined) throw new Error(`${scenario.name} was not played`);
  return run;
}

export function expectPassed(run: LabRun): void {
  expect(run.incompleteBecause).toEqual([]);
  expect(run.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect(run.passed).toBe(true);
}
