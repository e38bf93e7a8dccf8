/** The doctor's word: findings, and what could not be judged. Mirrors the report contract, version 1. */

export const findingIds = [
  'accept-queue-overflow',
  'accept-queue-pressure',
  'syn-queue-overflow',
  'syn-flood',
  'connection-churn',
  'backlog-capped',
  'syncookies-off',
  'syncookies-always',
  'abort-on-overflow',
  'reuseport-imbalance',
  'close-wait-leak',
  'connect-timeouts',
  'connect-refused',
  'dead-peers',
  'no-keepalive',
  'fin-wait-pile-up',
  'time-wait-overflow',
  'ephemeral-ports-exhausted',
  'orphans-limit',
  'tcp-memory-pressure',
  'conntrack-full',
  'softnet-drops',
  'nic-drops',
  'retransmissions',
  'namespace-sysctl-mismatch',
  'paws-rejections',
] as const;
export type FindingId = (typeof findingIds)[number];

export const severities = ['critical', 'warning', 'info'] as const;
export type Severity = (typeof severities)[number];
export const confidences = ['certain', 'likely', 'possible'] as const;
export type Confidence = (typeof confidences)[number];

export interface Finding {
  readonly id: FindingId;
  readonly severity: Severity;
  readonly confidence: Confidence;
  /** Inode of the network namespace. */
  readonly namespace: number;
  /** What it is about: `listener` "0.0.0.0:24224", `process`, `pid`, `destination`, `interface`, `sysctl` ... */
  readonly subject: Readonly<Record<string, string>>;
  /** One sentence that could stand alone at 3 a.m. */
  readonly title: string;
  /** Why, in plain words; two or three sentences. */
  readonly explanation: string;
  readonly cause: { readonly id: string; readonly title: string };
  readonly evidence: readonly Evidence[];
  readonly ruledOut: readonly RuledOut[];
  readonly remedies: readonly Remedy[];
  readonly experiment: { readonly scenario: string; readonly set: Readonly<Record<string, string>> };
}

export interface Evidence {
  /** Where the number came from: "sock_diag", "/proc/net/netstat", "/dev/kmsg", "packets", "/proc/PID" ... */
  readonly source: string;
  readonly name: string;
  readonly value: number | string;
  readonly unit: string;
  /** The fact as a reader wants it; text output prints this, or value and unit when it is empty. */
  readonly note: string;
}

export interface RuledOut {
  readonly id: string;
  readonly because: string;
}

/** A remedy as data: what `tune plan` makes a change of. */
export interface RemedyChange {
  /** Parameters of the finding's namespace (those that are the whole kernel's: of the kernel), in the order in which they are to be set. */
  readonly sysctls?: Readonly<Record<string, string>>;
  /** The backlog that the program behind `subject.listener` should ask for. */
  readonly backlog?: number;
  /** Why these numbers. */
  readonly why: string;
  /** It has a price, or only buys time: nobody should get it unasked. */
  readonly optional?: boolean;
}

export interface Remedy {
  readonly kind: 'application' | 'sysctl' | 'process' | 'architecture' | 'none';
  readonly summary: string;
  /** A command that can be pasted, or "". */
  readonly command: string;
  readonly effect: string;
  readonly risk: string;
  readonly change?: RemedyChange;
  /** Of a change that would not help: the knobs, by full name; "backlog" is the program's own. */
  readonly idle?: readonly string[];
}

export interface Unknown {
  readonly rule: FindingId;
  /** Which evidence: "packets", "listeners", "counters" ... */
  readonly missing: string;
  readonly because: string;
}

/** What judging an observation yields. */
export interface Diagnosis {
  readonly findings: readonly Finding[];
  readonly unknowns: readonly Unknown[];
}
