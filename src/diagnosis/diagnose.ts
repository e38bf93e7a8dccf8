import { plural } from '../base/units.ts';
import type { Diagnosis, Finding, Unknown } from '../tcp/finding.ts';
import { compareFindings } from '../tcp/finding-order.ts';
import type { NamespaceObservation, Observation } from '../tcp/observation.ts';
import { explainMissing, type Reading } from '../tcp/reading.ts';
import type { EvidenceKey, Rule } from './rule.ts';
import { allRules } from './rules/all-rules.ts';

/** Judges a whole observation: findings worst first, and what could not be judged, once per rule and reason. */
export function diagnose(observation: Observation, rules: readonly Rule[] = allRules): Diagnosis {
  const findings: Finding[] = [];
  const unknowns = new Map<string, Unknown>();
  const addUnknown = (unknown: Unknown): void => {
    unknowns.set(`${unknown.rule} ${unknown.missing} ${unknown.because}`, unknown);
  };
  unseenNamespaces(observation).forEach(addUnknown);
  for (const rule of rules) {
    for (const namespace of namespacesFor(rule, observation)) {
      const missing = missingEvidence(rule, observation, namespace);
      missing.forEach(addUnknown);
      if (missing.length > 0) continue;
      const judgement = rule.judge({ observation, namespace });
      findings.push(...judgement.findings);
      judgement.unknowns?.forEach(addUnknown);
    }
  }
  return { findings: findings.sort(compareFindings), unknowns: [...unknowns.values()] };
}

/** Without root whole namespaces may be out of sight, and every verdict is one on the rest. Root is told by a note: it sees all but other pid namespaces. */
function unseenNamespaces({ host }: Observation): readonly Unknown[] {
  if (host.asRoot || (host.hiddenProcesses ?? 0) === 0) return [];
  const because = `${plural(host.hiddenProcesses ?? 0, 'process', 'processes')} of other users hide their network namespace (root sees it)`;
  return [{ rule: 'accept-queue-overflow', missing: 'namespaces', because }];
}

function namespacesFor(rule: Rule, observation: Observation): readonly NamespaceObservation[] {
  if (rule.scope === 'namespace') return observation.namespaces;
  const all = observation.namespaces;
  const host = all.find((one) => one.initial) ?? all.find((one) => one.own) ?? all[0];
  return host === undefined ? [] : [host];
}

function missingEvidence(rule: Rule, observation: Observation, namespace: NamespaceObservation): Unknown[] {
  return rule.needs.flatMap((key) => {
    const reading = evidenceOf(key, observation, namespace);
    return reading.status === 'ok' ? [] : [{ rule: rule.id, missing: key, because: explainMissing(reading) }];
  });
}

function evidenceOf(
  key: EvidenceKey,
  observation: Observation,
  namespace: NamespaceObservation,
): Reading<unknown> {
  if (key === 'processes' || key === 'kernelLog' || key === 'softnet') return observation[key];
  return namespace[key];
}
