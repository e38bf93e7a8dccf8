/** One run of a lab scenario: what was predicted, what happened. Mirrors the contract of `lab run --json`, version 1. */
import type { Prediction, Side } from './prediction.ts';
import type { Family } from './socket.ts';

export const labRunSchemaVersion = 1;

export interface LabRun {
  readonly schemaVersion: typeof labRunSchemaVersion;
  readonly scenario: string;
  /** One sentence: what the experiment shows. */
  readonly purpose: string;
  readonly kernel: string;
  readonly family: Family;
  /** Every parameter with the value that was used, in the units of its name. */
  readonly parameters: Readonly<Record<string, string | number>>;
  readonly seed: number;
  /** What was seen, in one clause without a final stop: the first thing a reader gets. Absent where the outcome says it. */
  readonly conclusion?: string;
  /** Every check held and the run is complete. */
  readonly passed: boolean;
  /** False: interrupted, or a part could not be done; `incompleteBecause` says what. */
  readonly complete: boolean;
  readonly incompleteBecause: readonly string[];
  readonly predicted: Prediction | null;
  readonly checks: readonly LabCheck[];
  /** Segments of the connection(s) worth drawing, in time order, as the client's namespace saw them. */
  readonly packets: readonly LabPacket[];
  /** Segments seen in all; the ladder draws those in `packets`. */
  readonly packetsSeen: number;
  readonly findings: LabFindings;
  /** Where the packets were kept, or null. */
  readonly capture: string | null;
  /** Numbers for comparing two runs: connections served, SYNs dropped, time to connect ... */
  readonly metrics: readonly LabMetric[];
  /** Socket states and counters over time. */
  readonly series: readonly LabSeries[];
  /** What was done and seen, as a timeline in words. */
  readonly story: readonly { readonly atMs: number; readonly text: string }[];
  readonly tookMs: number;
}

export interface LabCheck {
  readonly name: string;
  readonly predicted: number | string;
  readonly measured: number | string;
  readonly unit: string;
  readonly ok: boolean;
  /** The tolerance and its reason: "exact", "nominal to nominal + timer wheel (3.5 %) + 20 ms of this machine's noise". */
  readonly why: string;
}

export interface LabPacket {
  /** Since the scenario's start. */
  readonly atMs: number;
  readonly from: Side;
  /** As tcpdump writes them: "S", "S.", ".", "P.", "F.", "R", "R."; an ICMP error is "ICMP port-unreachable". */
  readonly flags: string;
  /** Payload bytes. */
  readonly bytes: number;
  /** The client's port tells connections apart. */
  readonly clientPort: number;
  /** Of the segment; 0 for ICMP. */
  readonly sequence: number;
  readonly acknowledgement: number;
  /** Sent by one end and never seen by the other: the link lost it. A packet that a firewall dropped did arrive. */
  readonly lost?: true;
}

export interface LabFindings {
  readonly expected: readonly string[];
  readonly forbidden: readonly string[];
  /** What the doctor said at any severity, worst first. */
  readonly given: readonly string[];
}

export interface LabMetric {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  readonly better: 'more' | 'less' | 'neither';
}

export interface LabSeries {
  /** "server SYN_RECV", "client ESTABLISHED", "server TcpExt.ListenOverflows", "server accept queue" */
  readonly name: string;
  readonly unit: string;
  readonly points: readonly { readonly atMs: number; readonly value: number }[];
  /** A line to draw across, e.g. a queue's limit. */
  readonly limit?: number;
}
