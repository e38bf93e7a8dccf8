import type { FindingId, Severity } from '../finding.ts';

/** A finding that lasted, as the store keeps it. Times are wall clock, milliseconds. */
export interface Incident {
  /** "20261121-031207-a1b2": in the order of time. */
  readonly id: string;
  readonly openedMs: number;
  /** null: it goes on, or the recorder ended before it did. */
  readonly closedMs: number | null;
  /** When it was last seen. */
  readonly updatedMs: number;
  /** The moment of the report that is kept. */
  readonly worstMs: number;
  readonly finding: FindingId;
  readonly severity: Severity;
  /** "host", a container, "net:[4026531840]". */
  readonly namespace: string;
  /** "0.0.0.0:24224", a destination, an interface. */
  readonly subject: string;
  /** The doctor's sentence. */
  readonly title: string;
}
