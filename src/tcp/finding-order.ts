import { confidences, type Finding, type FindingId, severities } from './finding.ts';

/**
 * What another finding brings about, or what only makes it worse. Of equally severe findings these come after those that say what is
 * broken, however sure they are: a reader starts at the top.
 */
const seldomFirst: ReadonlySet<FindingId> = new Set([
  'connection-churn',
  'syn-queue-overflow',
  'connect-timeouts',
  'retransmissions',
  'no-keepalive',
  'abort-on-overflow',
  'backlog-capped',
  'namespace-sysctl-mismatch',
  'syncookies-off',
  'syncookies-always',
]);

/** Worst first; of equals, causes before consequences and settings, and what is certain before what is likely. */
export function compareFindings(a: Finding, b: Finding): number {
  return (
    severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
    Number(seldomFirst.has(a.id)) - Number(seldomFirst.has(b.id)) ||
    confidences.indexOf(a.confidence) - confidences.indexOf(b.confidence)
  );
}
