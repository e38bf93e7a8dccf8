/** What became of a plan's changes, and of taking them back. */

export interface AppliedStep {
  /** Numbers of the changes it belongs to. */
  readonly changes: readonly number[];
  readonly what: string;
  readonly outcome: 'made' | 'so already' | 'failed' | 'not reached';
  /** The kernel's or the server's own words, for a failure; else what there is to know. */
  readonly said: string;
}

export interface AppliedPlan {
  /** For `tune rollback`. */
  readonly id: string;
  /** The folder of the journals. */
  readonly state: string;
  readonly steps: readonly AppliedStep[];
  /** Lines of the host's own configuration that win at the next boot. */
  readonly later: readonly {
    readonly parameter: string;
    readonly value: string;
    readonly file: string;
    readonly line: number;
  }[];
}

export const undoOutcomes = ['restored', 'was-so', 'gone', 'forced', 'refused', 'failed'] as const;
export type UndoOutcomeKind = (typeof undoOutcomes)[number];

export interface UndoneStep {
  readonly step: number;
  readonly kind: 'sysctl' | 'drop-in' | 'configuration';
  readonly what: string;
  /** `refused`: somebody has changed it since, and nothing was done; `gone`: with its namespace. */
  readonly outcome: UndoOutcomeKind;
  readonly said: string;
}

export interface RolledBack {
  readonly id: string;
  readonly steps: readonly UndoneStep[];
}

export interface AppliedListing {
  readonly id: string;
  readonly atMs: number | null;
  readonly status: string;
  readonly what: readonly string[];
}
