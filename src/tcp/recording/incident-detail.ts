import type { Finding } from '../finding.ts';
import type { KernelLogEvent } from '../observation.ts';
import type { Report } from '../report.ts';
import type { TraceEventKind } from '../trace-event.ts';

/** What is kept of an incident besides its line: how things were at its worst moment. */
export interface IncidentDetail {
  readonly detailVersion: 1;
  /** What moved first: "a listener drops connections". */
  readonly openedBecause: string;
  /** How many judgements have found it. */
  readonly seen: number;
  readonly finding: Finding;
  /** The doctor's report of the incident's namespace. */
  readonly report: Report;
  /** Who was affected, most first, at most 20. */
  readonly peers: readonly IncidentPeer[];
  /** Lines of the kernel's own log from the incident's time, at most 50. */
  readonly kernelLog: readonly KernelLogEvent[];
  /** What tracepoints told in the incident's time, of its listener's port; undefined: this kernel's could not be read, `unseen` says why. */
  readonly trace?: Readonly<Partial<Record<TraceEventKind, number>>>;
  readonly blackBox: BlackBoxNote;
}

export interface IncidentPeer {
  readonly address: string;
  readonly count: number;
  /** What was counted: "waiting to be accepted", "SYNs", "SYN-ACKs sent again". */
  readonly what: string;
}

export type BlackBoxNote =
  | {
      readonly status: 'kept';
      readonly packets: number /** Packets the ring had no room for. */;
      readonly dropped: number;
    }
  | { readonly status: 'none'; readonly why: string };
