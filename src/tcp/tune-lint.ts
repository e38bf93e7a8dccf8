/** What `tune lint` says of a configuration: the contract of its JSON, version 1. */
import type { ValueProblem } from './parameters/judge-value.ts';
import type { Judgement } from './parameters/parameter.ts';

/** Worst first: what must be changed, what is of no use, what depends, what cannot be said, what may stay. */
export const lineJudgements = [
  'harmful',
  'obsolete',
  'situational',
  'unknown',
  'unrelated',
  'good',
] as const satisfies readonly (Judgement | 'unknown')[];

export type LineJudgement = (typeof lineJudgements)[number];

export interface FileLine {
  readonly file: string;
  readonly line: number;
}

export interface TuneLintLine extends FileLine {
  /** As sysctl(8) writes it: "net.ipv4.tcp_syncookies". */
  readonly parameter: string;
  readonly value: string;
  readonly judgement: LineJudgement;
  readonly because: string;
  /** False where a later line for the same name takes its place. */
  readonly effective: boolean;
  readonly overriddenBy?: FileLine;
  /** Why the kernel does not do what the line says. */
  readonly problem?: ValueProblem;
}

/** What could not be read or understood. */
export interface TuneLintError {
  readonly file: string;
  /** Absent where it is about the whole file. */
  readonly line?: number;
  readonly message: string;
}

export interface TuneLint {
  readonly schemaVersion: 1;
  /** The line whose rules were used: "6.18". */
  readonly kernel: string;
  /** In the order in which they are applied. */
  readonly files: readonly string[];
  readonly lines: readonly TuneLintLine[];
  readonly errors: readonly TuneLintError[];
  /** About the files as a whole, such as the order at boot. */
  readonly notes: readonly string[];
}
