import type { FindingId } from '../../tcp/finding.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import type { Scenario } from '../scenario.ts';
import type { FindingFacts } from './finding-facts.ts';

/** How the laboratory rebuilds what one kind of finding is about. */
export interface FindingProof {
  readonly finding: FindingId;
  readonly rebuild: (facts: FindingFacts) => Rebuilt;
}

/** The situation, what can be done about it, and how one knows. */
export interface Rebuilt {
  readonly scenario: Scenario;
  /** What differs from the scenario's defaults. */
  readonly set: SettingValues;
  /** What is smaller, shorter or assumed; one sentence each. */
  readonly scaled: readonly string[];
  /** What counts as the failure, in words that follow "failure:". */
  readonly failure: string;
  readonly fails: (run: LabRun) => boolean;
  /** Metrics worth comparing, the most telling first. */
  readonly telling: readonly string[];
  readonly remedies: readonly LabRemedy[];
  /** A change that the doctor says is in vain. */
  readonly inVain?: LabChange;
  readonly doesNotProve?: readonly string[];
}

/** One of the doctor's remedies as the laboratory carries it out. */
export interface LabRemedy {
  /** Matches the summary of the remedy in the report. */
  readonly of: RegExp;
  /** `stated` is the number that the report's command or summary proposes, if there is one. */
  readonly change: (stated: number | undefined) => LabChange;
}

export interface LabChange {
  /** "a backlog of 2,048" */
  readonly what: string;
  readonly set: SettingValues;
  readonly scaled?: readonly string[];
}

/** A metric's value; undefined: this run has none of that name. */
export function metricOf({ metrics }: LabRun, name: string): number | undefined {
  return metrics.find((metric) => metric.name === name)?.value;
}

/** `name` is above 0. */
export function hasAny(name: string): (run: LabRun) => boolean {
  return (run) => (metricOf(run, name) ?? 0) > 0;
}

/** `name` is below `all`, both metrics. */
export function fewerThan(name: string, all: string): (run: LabRun) => boolean {
  return (run) => (metricOf(run, name) ?? 0) < (metricOf(run, all) ?? 0);
}
