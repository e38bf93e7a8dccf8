import type { Diagnosis, Finding } from '../tcp/finding.ts';
import type { Ends, ListenerObservation, NamespaceObservation, Observation } from '../tcp/observation.ts';
import { whoSetLimit } from '../tcp/queue-limits.ts';
import { readingValue } from '../tcp/reading.ts';
import {
  type Report,
  type ReportListener,
  type ReportNamespace,
  reportSchemaVersion,
} from '../tcp/report.ts';

/** In the report even when they stood still, since a zero here rules something out. */
const tellingCounters: ReadonlySet<string> = new Set([
  'Tcp.ActiveOpens',
  'Tcp.PassiveOpens',
  'Tcp.AttemptFails',
  'Tcp.EstabResets',
  'Tcp.RetransSegs',
  'Tcp.OutSegs',
  'Tcp.InErrs',
  'Tcp.OutRsts',
  'TcpExt.ListenOverflows',
  'TcpExt.ListenDrops',
  'TcpExt.TCPReqQFullDoCookies',
  'TcpExt.TCPReqQFullDrop',
  'TcpExt.SyncookiesSent',
  'TcpExt.SyncookiesRecv',
  'TcpExt.SyncookiesFailed',
  'TcpExt.EmbryonicRsts',
  'TcpExt.TCPSynRetrans',
  'TcpExt.TCPTimeouts',
  'TcpExt.TCPBacklogDrop',
  'TcpExt.TCPTimeWaitOverflow',
  'TcpExt.TCPAbortOnMemory',
  'TcpExt.TCPAbortOnTimeout',
]);

/** The report of contract version 1: the diagnosis, and of the observation what a reader needs to check it. */
export function buildReport(observation: Observation, diagnosis: Diagnosis): Report {
  const { tool, host } = observation;
  return {
    schemaVersion: reportSchemaVersion,
    tool: { name: tool.name, version: tool.version },
    host: {
      hostname: host.hostname,
      kernelRelease: host.kernelRelease,
      observedFromMs: host.observedFromMs,
      observedToMs: host.observedToMs,
    },
    namespaces: observation.namespaces.map((namespace) => reportNamespace(namespace, observation)),
    findings: diagnosis.findings.map(contractFinding),
    unknowns: diagnosis.unknowns.map(({ rule, missing, because }) => ({ rule, missing, because })),
  };
}

function reportNamespace(namespace: NamespaceObservation, observation: Observation): ReportNamespace {
  const sysctls = readingValue(namespace.sysctls) ?? {};
  const somaxconn = sysctls['net.core.somaxconn'];
  const context = { observation, somaxconn: somaxconn === undefined ? undefined : Number(somaxconn) };
  const census = readingValue(namespace.sockets)?.after;
  return {
    inode: namespace.inode,
    names: namespace.names,
    pids: namespace.pids,
    listeners: (readingValue(namespace.listeners) ?? []).map((listener) => reportListener(listener, context)),
    states: { ...census?.states },
    counters: reportCounters(readingValue(namespace.counters)),
    sysctls,
  };
}

function reportListener(
  listener: ListenerObservation,
  context: { readonly observation: Observation; readonly somaxconn: number | undefined },
): ReportListener {
  const { length, limit } = listener.acceptQueue.after;
  return {
    family: listener.family,
    address: listener.address,
    port: listener.port,
    acceptQueue: { length, limit: listener.limitKnown ? limit : null },
    limitSetBy: whoSetLimit(listener.limitKnown ? limit : undefined, context.somaxconn),
    synRecv: listener.synRecv.after,
    drops: { before: listener.drops?.before ?? null, after: listener.drops?.after ?? null },
    process: firstOwner(listener, context.observation),
  };
}

function firstOwner(listener: ListenerObservation, observation: Observation): ReportListener['process'] {
  const pid = listener.pids[0];
  const owner = readingValue(observation.processes)?.find((process) => process.pid === pid);
  return owner === undefined ? null : { pid: owner.pid, name: owner.name, cgroup: owner.cgroup };
}

function reportCounters(
  reading: Ends<Readonly<Record<string, number>>> | undefined,
): Readonly<Record<string, Ends<number>>> {
  const counters: Record<string, Ends<number>> = {};
  for (const [name, after] of Object.entries(reading?.after ?? {})) {
    const before = reading?.before[name];
    if (before !== undefined && (before !== after || tellingCounters.has(name)))
      counters[name] = { before, after };
  }
  return counters;
}

/** Exactly the contract's keys, whatever else a rule may have attached. */
function contractFinding(finding: Finding): Finding {
  const { id, severity, confidence, namespace, subject, title, explanation, cause, experiment } = finding;
  return {
    id,
    severity,
    confidence,
    namespace,
    subject,
    title,
    explanation,
    cause: { id: cause.id, title: cause.title },
    evidence: finding.evidence.map(({ source, name, value, unit, note }) => ({
      source,
      name,
      value,
      unit,
      note,
    })),
    ruledOut: finding.ruledOut.map(({ id, because }) => ({ id, because })),
    remedies: finding.remedies.map(({ kind, summary, command, effect, risk, change, idle }) => ({
      kind,
      summary,
      command,
      effect,
      risk,
      ...(change === undefined ? {} : { change }),
      ...(idle === undefined ? {} : { idle }),
    })),
    experiment: { scenario: experiment.scenario, set: experiment.set },
  };
}
