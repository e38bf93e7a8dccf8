/** What `doctor --json` prints: contract version 1. Keys are only ever added with a new `schemaVersion`. */
import type { Finding, Remedy, Unknown } from './finding.ts';
import type { Ends } from './observation.ts';
import type { LimitSetBy } from './queue-limits.ts';
import type { Family } from './socket.ts';

export const reportSchemaVersion = 1;

export interface Report {
  readonly schemaVersion: typeof reportSchemaVersion;
  readonly tool: { readonly name: string; readonly version: string };
  readonly host: ReportHost;
  readonly namespaces: readonly ReportNamespace[];
  readonly findings: readonly Finding[];
  /** What could not be judged; a report with unknowns is no clean bill. */
  readonly unknowns: readonly Unknown[];
}

/** A report as it leaves the program: the contract knows four kinds of remedy. */
export type AsContract<R extends WithFindings> = Omit<R, 'findings'> & {
  readonly findings: readonly ContractFinding[];
};
export type ContractReport = AsContract<Report>;
type WithFindings = { readonly findings: readonly Finding[] };
type ContractFinding = Omit<Finding, 'remedies'> & { readonly remedies: readonly ContractRemedy[] };
type ContractRemedy = Omit<Remedy, 'kind'> & { readonly kind: Exclude<Remedy['kind'], 'none'> };

/** A change that would not help is handed out as a change whose effect is "none"; why is part of its summary. */
export function asContract<const R extends WithFindings>(report: R): AsContract<R> {
  return {
    ...report,
    findings: report.findings.map((one) => ({ ...one, remedies: one.remedies.map(contractRemedy) })),
  };
}

function contractRemedy({ kind, ...remedy }: Remedy): ContractRemedy {
  if (kind !== 'none') return { kind, ...remedy };
  const summary = remedy.effect === '' ? remedy.summary : `${remedy.summary}: ${remedy.effect}`;
  return { kind: 'sysctl', ...remedy, summary, effect: 'none' };
}

interface ReportHost {
  readonly hostname: string;
  readonly kernelRelease: string;
  /** Wall clock, ms since 1970. */
  readonly observedFromMs: number;
  readonly observedToMs: number;
}

export interface ReportNamespace {
  readonly inode: number;
  readonly names: readonly string[];
  readonly pids: readonly number[];
  /** Empty also when they could not be read: then `unknowns` says so. */
  readonly listeners: readonly ReportListener[];
  /** Sockets per state at the end of the window; a state that nobody is in may be absent. */
  readonly states: Readonly<Record<string, number>>;
  /** Those that moved in the window, and a fixed list of the telling ones. Absent: this kernel lacks it. */
  readonly counters: Readonly<Record<string, Ends<number>>>;
  readonly sysctls: Readonly<Record<string, string>>;
}

export interface ReportListener {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
  /** At the end of the window. `limit` null: unknown (without sock_diag), which is not a limit of 0. */
  readonly acceptQueue: { readonly length: number; readonly limit: number | null };
  readonly limitSetBy: LimitSetBy;
  /** Half-open requests at the end of the window. */
  readonly synRecv: number;
  /** The kernel's sk_drops; null: unknown (without sock_diag), which is not 0. */
  readonly drops: Ends<number | null>;
  /** The first of the processes that hold the socket; null when unknown. */
  readonly process: { readonly pid: number; readonly name: string; readonly cgroup: string } | null;
}
