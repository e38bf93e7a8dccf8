/** A remedy tried in the laboratory: the same scenario without and with it. */
import type { LabMetric, LabRun } from './lab-run.ts';

export const proofSchemaVersion = 1;

export interface Proof {
  readonly schemaVersion: typeof proofSchemaVersion;
  /** Id of the finding whose remedy was tried. */
  readonly finding: string;
  /** What the finding is about: "0.0.0.0:24224 (ruby, pid 812)". */
  readonly subject: string;
  /** The remedy in words: "a backlog of 2,048". */
  readonly remedy: string;
  /** The same in the words of the report. */
  readonly proposed?: string;
  /** What counts as the failure: "connections that nobody accepts". */
  readonly failure?: string;
  /** False: it did not show even without the remedy, so that nothing is proved. */
  readonly failureShown?: boolean;
  /** Parameters that differ between the two runs. */
  readonly changed: readonly ProofChange[];
  readonly before: LabRun;
  readonly after: LabRun;
  /** The most telling first. */
  readonly rows: readonly ProofRow[];
  /** The failure showed before, and is gone after. */
  readonly worked: boolean;
  /** What people try as well, and what the report says is in vain. */
  readonly inVain?: TriedInVain;
  /** What is smaller, shorter or otherwise different from the host; one sentence each. */
  readonly scaled?: readonly string[];
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
  /** With the change that is in vain. */
  readonly inVain?: number;
  readonly better: LabMetric['better'];
  readonly improved: boolean;
}

export interface TriedInVain {
  /** The change in words: "tcp_max_syn_backlog raised to 65,535". */
  readonly change: string;
  readonly changed: readonly ProofChange[];
  readonly run: LabRun;
  /** The failure is still there: the change does nothing. */
  readonly failureStayed: boolean;
}
