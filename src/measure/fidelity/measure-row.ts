import { HalfopenError } from '../../base/errors.ts';
import { type LabSurroundings, runScenario } from '../../lab/run-scenario.ts';
import type { Scenario } from '../../lab/scenario.ts';
import type { LabCheck } from '../../tcp/lab-run.ts';
import { readSettings } from '../../tcp/setting.ts';
import type { FidelityRow } from './fidelity-row.ts';

/** What one row came to; plain data, as it travels between processes. */
export interface RowMeasurement {
  readonly checks: readonly LabCheck[];
  /** Why it could not be measured to its end; empty when it could. */
  readonly incompleteBecause: readonly string[];
}

/** Plays a row in this process, and nothing else at the same time: what blocks this thread would delay its neighbours. */
export async function measureRow(
  row: FidelityRow,
  kernelRelease: string,
  seed: number,
): Promise<RowMeasurement> {
  try {
    const { run } = await runScenario(
      withoutDoctor(row.scenario),
      {
        values: readSettings(row.scenario.settings, row.set, `scenario ${row.scenario.name}`),
        family: row.family,
        seed,
        sampleEveryMs: null,
        onProgress: () => {},
        stop: new AbortController().signal,
      },
      surroundings(kernelRelease),
    );
    return { checks: run.checks, incompleteBecause: run.incompleteBecause };
  } catch (error) {
    const said = error instanceof HalfopenError || error instanceof Error ? error.message : String(error);
    return { checks: [], incompleteBecause: [said] };
  }
}

/** Here the model is on trial and not the doctor, who would cost more than the experiment. */
function withoutDoctor(scenario: Scenario): Scenario {
  return { ...scenario, findings: () => ({ expected: [], forbidden: [] }) };
}

function surroundings(kernelRelease: string): LabSurroundings {
  return {
    kernelRelease,
    diagnose: async (_namespace, windowMs) => {
      // Scenarios lean on the window's length: what they watch goes on meanwhile.
      await new Promise((resolve) => setTimeout(resolve, windowMs));
      return { ...noReport, host: { ...noReport.host, kernelRelease } };
    },
  };
}

const noReport = {
  schemaVersion: 1,
  tool: { name: 'halfopen', version: '' },
  host: { hostname: '', kernelRelease: '', observedFromMs: 0, observedToMs: 0 },
  namespaces: [],
  findings: [],
  unknowns: [],
} as const;
