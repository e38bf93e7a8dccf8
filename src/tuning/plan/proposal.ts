import type { Finding, FindingId } from '../../tcp/finding.ts';

interface AnyProposal {
  readonly namespace: number;
  /** Whoever proposes it, worst first. */
  readonly findings: readonly FindingId[];
  readonly optional: boolean;
  readonly why: string;
  readonly effect: string;
  readonly risk: string;
}

export interface SysctlProposal extends AnyProposal {
  readonly kind: 'sysctl';
  readonly parameter: string;
  readonly value: string;
  /** "0.0.0.0:80", where it is about one listener. */
  readonly listener: string | undefined;
}

export interface BacklogProposal extends AnyProposal {
  readonly kind: 'backlog';
  /** "0.0.0.0:80". */
  readonly listener: string;
  readonly value: number;
  /** What a person does where the configuration cannot be edited. */
  readonly summary: string;
  readonly command: string;
}

export interface ManualProposal extends AnyProposal {
  readonly kind: 'manual';
  readonly summary: string;
  readonly command: string;
}

export type Proposal = SysctlProposal | BacklogProposal | ManualProposal;

/** A remedy as a report has it. */
export type ReportedFinding = Pick<
  Finding,
  'id' | 'severity' | 'namespace' | 'subject' | 'cause' | 'title' | 'remedies'
>;
