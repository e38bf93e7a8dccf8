import os from 'node:os';
import type { Clock } from '../../base/clock.ts';
import { HalfopenError } from '../../base/errors.ts';
import { pcapFile } from '../../capture/pcap-file.ts';
import { buildReport } from '../../diagnosis/build-report.ts';
import { diagnose } from '../../diagnosis/diagnose.ts';
import { findNamespaces } from '../../kernel/netns/find-namespaces.ts';
import { selectNamespaces } from '../../kernel/netns/select-namespaces.ts';
import { cleanLeftovers } from '../../lab/clean-leftovers.ts';
import { prepareLab, requireSharedNames } from '../../lab/prepare-lab.ts';
import { type LabSurroundings, type PlayedScenario, runScenario } from '../../lab/run-scenario.ts';
import type { Scenario } from '../../lab/scenario.ts';
import { situationOn } from '../../lab/situation.ts';
import { type LabRun, labRunSchemaVersion } from '../../tcp/lab-run.ts';
import type { Observation } from '../../tcp/observation.ts';
import type { Report } from '../../tcp/report.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';
import { observe } from '../observe/observe.ts';
import { writeWhole } from '../write-whole.ts';

/** One scenario with its settings, on one family. */
export interface LabJob {
  readonly scenario: Scenario;
  readonly values: SettingValues;
  readonly family: Family;
}

export interface RunLabOptions {
  readonly tool: Observation['tool'];
  readonly clock: Clock;
  readonly seed: number;
  readonly server?: string;
  /** Where the packets of a single job go. */
  readonly keepCapture?: string;
  /** A recorder beside it (halfopen serve) is to see it. */
  readonly visible?: boolean;
  /** Scenarios played side by side. */
  readonly jobs: number;
  readonly stop: AbortSignal;
  readonly onProgress: (job: LabJob, text: string) => void;
  readonly onDone?: (run: LabRun) => void;
}

/** Plays all jobs, `jobs` of them at a time; results in the order of the jobs. Those not begun when it is stopped are left out. */
export async function runLab(work: readonly LabJob[], options: RunLabOptions): Promise<readonly LabRun[]> {
  prepareLab();
  if (options.visible) requireSharedNames();
  cleanLeftovers();
  const results = new Map<LabJob, LabRun>();
  const waiting = [...work];
  const surroundings = surroundingsOf(options);
  const worker = async (): Promise<void> => {
    for (let job = waiting.shift(); job && !options.stop.aborted; job = waiting.shift()) {
      const run = await (work.length === 1 ? playJob : playOrSayWhy)(job, options, surroundings);
      results.set(job, run);
      options.onDone?.(run);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, options.jobs) }, worker));
  return work.flatMap((job) => results.get(job) ?? []);
}

/** Among many, one that this host cannot play must not take the others with it. */
async function playOrSayWhy(
  job: LabJob,
  options: RunLabOptions,
  surroundings: LabSurroundings,
): Promise<LabRun> {
  try {
    return await playJob(job, options, surroundings);
  } catch (error) {
    if (error instanceof HalfopenError)
      return unplayed(job, options.seed, surroundings.kernelRelease, error.message);
    throw error;
  }
}

/** An incomplete run without anything in it. */
export function unplayed(
  { scenario, family, values }: LabJob,
  seed: number,
  kernel: string,
  because: string,
): LabRun {
  return {
    schemaVersion: labRunSchemaVersion,
    scenario: scenario.name,
    purpose: scenario.purpose,
    kernel,
    family,
    parameters: values,
    seed,
    passed: false,
    complete: false,
    incompleteBecause: [because],
    predicted: null,
    checks: [],
    packets: [],
    packetsSeen: 0,
    findings: { ...scenario.findings(values, situationOn(kernel, family)), given: [] },
    capture: null,
    metrics: [],
    series: [],
    story: [],
    tookMs: 0,
  };
}

async function playJob(job: LabJob, options: RunLabOptions, surroundings: LabSurroundings): Promise<LabRun> {
  const played = await runScenario(
    job.scenario,
    {
      values: job.values,
      family: job.family,
      seed: options.seed,
      stop: options.stop,
      onProgress: (text) => options.onProgress(job, text),
      ...(options.visible ? { visible: true } : {}),
      ...(options.server === undefined ? {} : { server: options.server }),
    },
    surroundings,
  );
  if (options.keepCapture === undefined) return played.run;
  keepCapture(options.keepCapture, played);
  return { ...played.run, capture: options.keepCapture };
}

/** What the client's end saw: both directions once each. */
function keepCapture(file: string, { packets }: PlayedScenario): void {
  const records = packets
    .filter(({ seenBy }) => seenBy === 'client')
    .map(({ wallMs, bytes, wireBytes }) => ({ timestampUs: wallMs * 1000, bytes, wireBytes }));
  writeWhole(file, pcapFile(records), 'write the captured packets to');
}

export function surroundingsOf({
  tool,
  clock,
  stop,
}: Pick<RunLabOptions, 'tool' | 'clock' | 'stop'>): LabSurroundings {
  return {
    kernelRelease: os.release(),
    diagnose: async (namespaceName, windowMs): Promise<Report> => {
      const namespaces = selectNamespaces(namespaceName, findNamespaces());
      const observation = await observe({ namespaces, windowMs, capture: 'auto', tool, clock, stop });
      return buildReport(observation, diagnose(observation));
    },
  };
}
