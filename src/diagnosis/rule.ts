/** What a rule is: plain data and one pure function. */
import type { Finding, FindingId, Unknown } from '../tcp/finding.ts';
import type { NamespaceObservation, Observation } from '../tcp/observation.ts';

/** Readings a rule may depend on; the first group belongs to a namespace, the second to the host. */
export type EvidenceKey =
  | 'listeners'
  | 'sockets'
  | 'counters'
  | 'sysctls'
  | 'sockstat'
  | 'interfaces'
  | 'conntrack'
  | 'packets'
  | 'processes'
  | 'kernelLog'
  | 'softnet';

export interface Rule {
  readonly id: FindingId;
  /** One line for lists: what it means when this fires. */
  readonly summary: string;
  /** Without these the verdict is "unknown", with the reader's reason. */
  readonly needs: readonly EvidenceKey[];
  /** Judge each namespace, or the host once (softnet, memory, comparisons between namespaces). */
  readonly scope: 'namespace' | 'host';
  readonly judge: (view: RuleView) => Judgement;
}

export interface RuleView {
  readonly observation: Observation;
  /** For scope "host": the initial namespace, else the observer's own. */
  readonly namespace: NamespaceObservation;
}

export interface Judgement {
  readonly findings: readonly Finding[];
  readonly unknowns?: readonly Unknown[];
}

export const nothing: Judgement = { findings: [] };

export function defineRule(rule: Rule): Rule {
  return Object.freeze(rule);
}
