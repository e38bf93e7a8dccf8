import type { Finding } from '../../tcp/finding.ts';
import type { Report, ReportListener } from '../../tcp/report.ts';
import type { SettingValues } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';

/** What a report says around one of its findings, for rebuilding it. */
export interface FindingFacts {
  readonly finding: Finding;
  readonly report: Report;
  /** The listener it is about. */
  readonly listener: ReportListener | undefined;
  readonly family: Family;
  /** Port of the listener or the destination. */
  readonly port: number | undefined;
  /** Of the finding's namespace, by full name; undefined: not in the report, or no number. */
  readonly sysctl: (name: string) => number | undefined;
  /** A number among the finding's evidence. */
  readonly evidence: (name: string) => number | undefined;
  /** A number among the settings of the finding's experiment. */
  readonly experiment: (name: string) => number | undefined;
}

export function findingFacts(finding: Finding, report: Report): FindingFacts {
  const namespace = report.namespaces.find(({ inode }) => inode === finding.namespace);
  const name = finding.subject.listener;
  const endpoint = name ?? finding.subject.destination ?? '';
  const port = Number(/:(\d+)$/.exec(endpoint)?.[1] ?? finding.subject.port ?? Number.NaN);
  return {
    finding,
    report,
    listener: namespace?.listeners.find((one) => endpointOf(one) === name),
    family: isIpv6(endpoint) ? 'ipv6' : 'ipv4',
    port: Number.isInteger(port) && port > 0 && port < 65_536 ? port : undefined,
    sysctl: (full) => numberIn(namespace?.sysctls[full]),
    evidence: (of) => numberIn(finding.evidence.find((one) => one.name === of)?.value),
    experiment: (setting) => numberIn(finding.experiment.set[setting]),
  };
}

/** The setting `port` of a scenario, where the report names one. */
export function samePort({ port }: FindingFacts): SettingValues {
  return port === undefined ? {} : { port };
}

/** As the doctor writes it: IPv6 in brackets. */
function endpointOf({ family, address, port }: ReportListener): string {
  return family === 'ipv6' ? `[${address}]:${port}` : `${address}:${port}`;
}

function isIpv6(endpoint: string): boolean {
  return endpoint.startsWith('[');
}

function numberIn(value: string | number | undefined): number | undefined {
  if (value === undefined || value === '') return undefined;
  const number = Number(value);
  return Number.isFinite(number) ? number : undefined;
}
