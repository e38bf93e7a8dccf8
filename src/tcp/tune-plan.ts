/** What `tune plan` writes and `tune apply` reads: findings turned into changes. The contract of its JSON, version 1. */
import type { FindingId, Severity } from './finding.ts';
import type { Family } from './socket.ts';

export const planSchemaVersion = 1;

export interface TunePlan {
  readonly schemaVersion: typeof planSchemaVersion;
  readonly id: string;
  readonly tool: { readonly name: string; readonly version: string };
  /** Wall clock, ms since 1970. */
  readonly madeAtMs: number;
  readonly host: PlanHost;
  /** Those that changes are made in. */
  readonly namespaces: readonly PlanNamespace[];
  /** In the order in which they are made. */
  readonly changes: readonly PlanChange[];
  /** What people would change, and what does nothing or harm here. */
  readonly refusals: readonly PlanRefusal[];
  /** What the changes are to cure. */
  readonly findings: readonly PlanFinding[];
}

/** By what a plan is known to belong to this host and to this boot of it. null: not known, and then it is nobody's to apply. */
export interface PlanHost {
  readonly hostname: string;
  readonly kernelRelease: string;
  /** /etc/machine-id; null also where the file cannot be read. */
  readonly machineId: string | null;
  /** /proc/sys/kernel/random/boot_id. */
  readonly bootId: string | null;
}

export interface PlanNamespace {
  readonly inode: number;
  readonly names: readonly string[];
  readonly initial: boolean;
  /** A process that lives in it; null: only its name keeps it. */
  readonly pid: number | null;
  /** The kernel's own number of it (SO_NETNS_COOKIE), which is never used again, unlike the inode; null before Linux 5.14. */
  readonly cookie: string | null;
}

export interface PlanFinding {
  readonly id: FindingId;
  readonly namespace: number;
  readonly severity: Severity;
  readonly cause: string;
  readonly title: string;
  readonly subject: Readonly<Record<string, string>>;
}

export type PlanChange = SysctlChange | ConfigChange | ManualChange;

interface AnyChange {
  /** Its place in the plan, from 1. */
  readonly id: number;
  readonly namespace: number;
  readonly findings: readonly FindingId[];
  /** It has a price or only buys time, or nothing is wrong yet: made only when it is named. */
  readonly optional: boolean;
  /** Why this number. */
  readonly why: string;
  /** What the model says will be different. */
  readonly effect: string;
  readonly risk: string;
  /** What it will not cure. */
  readonly doesNot: string;
}

export interface SysctlChange extends AnyChange {
  readonly kind: 'sysctl';
  readonly parameter: string;
  /** null: it was not read. */
  readonly present: string | null;
  readonly value: string;
  /** When the kernel looks at it. */
  readonly read: string;
  /** In the initial namespace also a line of /etc/sysctl.d/90-halfopen.conf; elsewhere where it has to be written down to last. */
  readonly lasts: 'drop-in' | 'elsewhere';
  readonly keep: string;
}

export interface PlanListener {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
}

export interface ConfigChange extends AnyChange {
  readonly kind: 'config-edit';
  readonly listener: PlanListener;
  readonly server: string;
  readonly title: string;
  /** The process whose configuration it is. */
  readonly pid: number;
  /** What stands before `file` from outside its root: "/proc/812/root", or "". */
  readonly root: string;
  readonly file: string;
  /** Of the file as it was, SHA-256; null: it is to be created. */
  readonly sha256: string | null;
  readonly edit: PlanEdit;
  /** The same as a unified diff. */
  readonly diff: string;
  /** The limit of the listener, as the kernel had it. */
  readonly present: number | null;
  readonly value: number;
  readonly takesEffect: {
    readonly by: 'reload' | 'restart' | 'replacement';
    readonly command: string;
    readonly because: string;
  };
  /** Before and after by the server's own check; null: it has none. */
  readonly check: string | null;
  readonly notes: readonly string[];
}

/** One line of one file, counted from 1. */
export interface PlanEdit {
  readonly line: number;
  readonly before: string;
  readonly after: string;
  readonly insert?: true;
  readonly create?: true;
}

export interface ManualChange extends AnyChange {
  readonly kind: 'manual';
  readonly summary: string;
  readonly command: string;
}

export interface PlanRefusal {
  /** Parameters by full name; "backlog" is the program's own. */
  readonly knobs: readonly string[];
  readonly namespace: number;
  readonly finding: FindingId;
  /** "0.0.0.0:80", where it is about one listener. */
  readonly listener: string | null;
  readonly because: string;
}
