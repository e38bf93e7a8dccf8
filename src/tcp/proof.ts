/** A remedy tried in the laboratory: the same scenario without and with it. */
import type { LabMetric, LabRun } from './lab-run.ts';

export interface Proof {
  /** Id of the finding whose remedy was tried. */
  readonly finding: string;
  /** What the finding is about: "0.0.0.0:24224 (ruby, pid 812)". */
  readonly subject: string;
  /** The remedy in words: "a backlog of 2,048". */
  readonly remedy: string;
  /** Parameters that differ between the two runs. */
  readonly changed: readonly ProofChange[];
  readonly before: LabRun;
  readonly after: LabRun;
  /** The most telling first. */
  readonly rows: readonly ProofRow[];
  /** The failure showed before, and is gone after. */
  readonly worked: boolean;
  /** Sentences beyond those that hold for every proof. */
  readonly doesNotProve?: readonly string[];
}

export interface ProofChange {
  readonly name: string;
  readonly before: number | string;
  readonly after: number | string;
}

export interface ProofRow {
  readonly name: string;
  readonly unit: string;
  readonly before: number;
  readonly after: number;
  readonly better: LabMetric['better'];
  readonly improved: boolean;
}
