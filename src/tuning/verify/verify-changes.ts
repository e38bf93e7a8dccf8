import { formatEndpoint } from '../../base/ip-text.ts';
import { formatCount } from '../../base/units.ts';
import { sameText } from '../../tcp/parameters/parameter-value.ts';
import type { ContractReport, ReportListener, ReportNamespace } from '../../tcp/report.ts';
import type { ConfigChange, PlanChange, PlanFinding, SysctlChange, TunePlan } from '../../tcp/tune-plan.ts';
import type { VerifiedChange, VerifiedFinding } from '../../tcp/verified-plan.ts';

export interface SeenNow {
  /** Of the namespaces of the plan, by the inode they had then; undefined: gone, or not observed. */
  readonly namespace: (inode: number) => ReportNamespace | undefined;
  /** A parameter now, as the kernel has it; undefined: not to be read. */
  readonly sysctl: (inode: number, parameter: string) => string | undefined;
  /** Lines of a configuration; undefined: the file is not there. */
  readonly lines: (change: ConfigChange) => readonly string[] | undefined;
  readonly report: ContractReport;
}

type Verdict = Pick<VerifiedChange, 'state' | 'said'>;

/** What each change of a plan has come to. */
export function verifyChanges(plan: TunePlan, seen: SeenNow): readonly VerifiedChange[] {
  return plan.changes.map((change) => {
    const { id, optional } = change;
    const { state, said } = verdictOn(change, seen);
    const when = state === 'took-effect' ? readWhen(change, plan, seen) : '';
    return { id, optional, what: nameOf(change), state, said: `${said}${when}` };
  });
}

/** Where a value is in force and its finding is there all the same, what is there may still follow the old one. */
function readWhen(change: PlanChange, { findings }: TunePlan, { report }: SeenNow): string {
  if (change.kind !== 'sysctl') return '';
  const planned = findings.filter(
    ({ id, namespace }) => change.findings.includes(id) && namespace === change.namespace,
  );
  const isThere = planned.some(({ id, subject, severity }) =>
    report.findings.some(
      (now) =>
        now.id === id && isSameSide(now.subject, subject) && (severity === 'info' || now.severity !== 'info'),
    ),
  );
  return isThere ? `, and reads it ${change.read}` : '';
}

function nameOf(change: PlanChange): string {
  if (change.kind === 'sysctl') return `${change.parameter} = ${change.value}`;
  if (change.kind === 'manual') return change.summary;
  return `${change.title}, backlog of ${listenerOf(change)} = ${formatCount(change.value)}`;
}

function listenerOf({ listener }: ConfigChange): string {
  return formatEndpoint(listener.address, listener.port);
}

function verdictOn(change: PlanChange, seen: SeenNow): Verdict {
  switch (change.kind) {
    case 'sysctl':
      return sysctlVerdict(change, seen);
    case 'config-edit':
      return configVerdict(change, seen);
    case 'manual':
      return { state: 'manual', said: 'what became of it shows in the findings' };
  }
}

function sysctlVerdict(change: SysctlChange, seen: SeenNow): Verdict {
  const { parameter, present, value, namespace } = change;
  const now = seen.sysctl(namespace, parameter);
  if (now === undefined)
    return { state: 'cannot-be-seen', said: 'its network namespace is gone, or has no such parameter' };
  if (!sameText(now, value))
    return present !== null && sameText(now, present)
      ? { state: 'not-made', said: `it is ${now}, as when the plan was made` }
      : { state: 'changed-by-somebody', said: `it is ${now}` };
  const waiting = parameter === 'net.core.somaxconn' ? listenersLeftBehind(change, seen) : [];
  if (waiting.length === 0) return { state: 'took-effect', said: `the kernel has ${now}` };
  const names = waiting.map(({ address, port }) => formatEndpoint(address, port)).join(', ');
  const verb = waiting.length === 1 ? 'listens' : 'listen';
  return {
    state: 'waits',
    said: `the kernel has ${now}, but ${names} still ${verb} with ${present}: restart or reload what listens there`,
  };
}

/** Cut to the old value at their listen(), and not called again since. */
function listenersLeftBehind(
  { namespace, present, value }: SysctlChange,
  seen: SeenNow,
): readonly ReportListener[] {
  const before = Number(present ?? Number.NaN);
  if (!(before < Number(value))) return [];
  return (seen.namespace(namespace)?.listeners ?? []).filter(
    ({ acceptQueue }) => acceptQueue.limit === before,
  );
}

function configVerdict(change: ConfigChange, seen: SeenNow): Verdict {
  const { listener, value, namespace, title, takesEffect } = change;
  const name = listenerOf(change);
  const limits = (seen.namespace(namespace)?.listeners ?? [])
    .filter((one) => one.address === listener.address && one.port === listener.port)
    .flatMap(({ acceptQueue }) => acceptQueue.limit ?? []);
  const somaxconn = Number(seen.sysctl(namespace, 'net.core.somaxconn') ?? Number.NaN);
  const wanted = Number.isNaN(somaxconn) ? value : Math.min(value, somaxconn);
  const [limit] = limits;
  const file = fileState(change, seen);
  if (limit === undefined)
    return { state: 'cannot-be-seen', said: `nobody listens on ${name}, or its limit cannot be read` };
  if (wanted < value && limits.every((one) => one === wanted))
    return {
      state: 'waits',
      said: `${name} listens with ${formatCount(limit)}, cut to it by somaxconn=${wanted}`,
    };
  // Computed ones are rounded up.
  if (limits.every((one) => one >= value))
    return { state: 'took-effect', said: `${name} listens with ${formatCount(limit)}` };
  if (file === 'before')
    return { state: 'not-made', said: `${change.file}:${change.edit.line} is as when the plan was made` };
  if (file === 'other')
    return { state: 'changed-by-somebody', said: `${change.file} is neither as it was nor as planned` };
  return {
    state: 'waits',
    said: `${title} still listens with ${formatCount(limit)} on ${name}: ${takesEffect.command}`,
  };
}

/** By the line, not by the whole file: what else changes in it is nobody's business here. */
function fileState(change: ConfigChange, seen: SeenNow): 'before' | 'after' | 'other' {
  const { edit } = change;
  const lines = seen.lines(change);
  if (edit.create)
    return lines === undefined ? 'before' : lines.join('\n') === edit.after ? 'after' : 'other';
  const line = lines?.[edit.line - 1];
  if (line === edit.after) return 'after';
  if (edit.insert) return lines === undefined ? 'other' : 'before';
  return line === edit.before ? 'before' : 'other';
}

/** Alarms of the plan: notes were never to be cured. */
export function verifyFindings({ findings }: TunePlan, seen: SeenNow): readonly VerifiedFinding[] {
  return findings
    .filter(({ severity }) => severity !== 'info')
    .map((finding) => {
      const { id, namespace, title } = finding;
      return { id, namespace, title, ...findingVerdict(finding, seen) };
    });
}

function isSameSide(a: PlanFinding['subject'], b: PlanFinding['subject']): boolean {
  const [one, other] = [sideOf(a), sideOf(b)];
  return one === undefined || other === undefined || one === other;
}

/** "10.0.0.1:80"; undefined: it is about all of its namespace, or about several ("10.0.0.1:80 and 3 more"). */
function sideOf({ listener, destination }: PlanFinding['subject']): string | undefined {
  return listener ?? (/:\d+$/.test(destination ?? '') ? destination : undefined);
}

function findingVerdict(
  { id, namespace, subject }: PlanFinding,
  { namespace: find, report }: SeenNow,
): Pick<VerifiedFinding, 'state' | 'said'> {
  const inode = find(namespace)?.inode;
  if (inode === undefined)
    return { state: 'unknown', said: 'its network namespace is gone, or was not looked at' };
  const again = report.findings.find(
    (one) =>
      one.id === id && one.namespace === inode && one.severity !== 'info' && isSameSide(one.subject, subject),
  );
  if (again !== undefined) return { state: 'still-there', said: again.title };
  const unknown = report.unknowns.find(({ rule }) => rule === id);
  return unknown === undefined
    ? { state: 'gone', said: 'nothing of it in this look' }
    : { state: 'unknown', said: `${unknown.missing}: ${unknown.because}` };
}
