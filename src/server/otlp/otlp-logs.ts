import type { Severity } from '../../tcp/finding.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import {
  type OtlpAttribute,
  type OtlpResource,
  type OtlpScope,
  otlpAttributes,
  unixNano,
} from './otlp-attributes.ts';

export type IncidentStep = 'opened' | 'severity_changed' | 'closed';

export interface OtlpLogRecord {
  readonly timeUnixNano: string;
  readonly observedTimeUnixNano: string;
  readonly severityNumber: number;
  readonly severityText: string;
  readonly body: { readonly stringValue: string };
  readonly attributes: readonly OtlpAttribute[];
}

/** ExportLogsServiceRequest */
export interface OtlpLogsRequest {
  readonly resourceLogs: readonly {
    readonly resource: OtlpResource;
    readonly scopeLogs: readonly {
      readonly scope: OtlpScope;
      readonly logRecords: readonly OtlpLogRecord[];
    }[];
  }[];
}

/** INFO, WARN and ERROR of the log data model; FATAL would be a program that ends. */
const severityNumbers: Readonly<Record<Severity, number>> = Object.freeze({
  info: 9,
  warning: 13,
  critical: 17,
});

export function incidentRecord(incident: Incident, step: IncidentStep, nowMs: number): OtlpLogRecord {
  const { id, finding, severity, namespace, subject, title, openedMs, closedMs, updatedMs } = incident;
  const times = { opened: openedMs, severity_changed: updatedMs, closed: closedMs ?? updatedMs };
  // An end is good news, however bad it was.
  const told = step === 'closed' ? 'info' : severity;
  return {
    timeUnixNano: unixNano(times[step]),
    observedTimeUnixNano: unixNano(nowMs),
    severityNumber: severityNumbers[told],
    severityText: told,
    body: { stringValue: title },
    attributes: otlpAttributes({
      'event.name': `halfopen.incident.${step}`,
      'halfopen.incident.id': id,
      'halfopen.finding': finding,
      'halfopen.severity': severity,
      'halfopen.namespace': namespace,
      'halfopen.listener': subject,
      'halfopen.incident.opened': new Date(openedMs).toISOString(),
      ...(closedMs === null ? {} : { 'halfopen.incident.closed': new Date(closedMs).toISOString() }),
    }),
  };
}

export function otlpLogs(
  logRecords: readonly OtlpLogRecord[],
  facts: { readonly resource: OtlpResource; readonly scope: OtlpScope },
): OtlpLogsRequest {
  return {
    resourceLogs: [{ resource: facts.resource, scopeLogs: [{ scope: facts.scope, logRecords }] }],
  };
}
