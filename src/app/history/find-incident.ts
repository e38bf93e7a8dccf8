import { usageError } from '../../base/errors.ts';
import { formatEndpoint } from '../../base/ip-text.ts';
import { type HistoryIncident, historySchemaVersion } from '../../tcp/recording/history.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { IncidentDetail } from '../../tcp/recording/incident-detail.ts';
import { asContract } from '../../tcp/report.ts';
import type { HistoryReader } from './history-reader.ts';
import { measuredRows } from './series-past.ts';

const MOST_INCIDENTS = 100_000;
const LISTED = 5;
/** Of the series around it. */
const MARGIN_S = 60;

export interface FoundIncident {
  readonly incident: Incident;
  readonly detail: IncidentDetail | undefined;
  readonly document: HistoryIncident;
}

/** `wanted`: an id or the beginning of one. Throws HalfopenError (usage) where none or more than one begins so. */
export function findIncident(reader: HistoryReader, wanted: string): FoundIncident {
  const id = idOf(reader, wanted);
  const found = reader.incident(id);
  if (found === undefined) throw unknownIncident(wanted, []);
  const { incident } = found;
  // What a later release has kept is not for this one to explain.
  const detail = found.detail?.detailVersion === 1 ? found.detail : undefined;
  const box = reader.blackBox(id);
  return {
    incident,
    detail,
    document: {
      schemaVersion: historySchemaVersion,
      store: reader.file,
      incident,
      detail: detail === undefined ? null : contractDetail(detail),
      blackBox: box === undefined ? null : { fromMs: box.fromMs, toMs: box.toMs, bytes: box.pcapng.length },
      around: seriesAround(reader, incident) ?? null,
    },
  };
}

function idOf(reader: HistoryReader, wanted: string): string {
  if (wanted === '') throw unknownIncident(wanted, []);
  const all = reader.incidents({ most: MOST_INCIDENTS }).map(({ id }) => id);
  const matching = all.includes(wanted) ? [wanted] : all.filter((id) => id.startsWith(wanted));
  const [only] = matching;
  if (only === undefined || matching.length > 1) throw unknownIncident(wanted, matching);
  return only;
}

function unknownIncident(wanted: string, matching: readonly string[]): Error {
  const more = matching.length - LISTED;
  const remedy =
    matching.length === 0
      ? 'halfopen history --since 7d lists what there is.'
      : `These begin so: ${matching.slice(0, LISTED).join(', ')}${more > 0 ? ` and ${more} more` : ''}.`;
  return usageError('tell which incident is', `"${wanted}"`, remedy);
}

function contractDetail(detail: IncidentDetail): HistoryIncident['detail'] {
  const { finding, report, ...rest } = detail;
  const { findings } = asContract({ findings: [finding] });
  const [only] = findings;
  return only === undefined ? null : { ...rest, finding: only, report: asContract(report) };
}

/** Of its listener; where it is of none, of its namespace. */
function seriesAround(reader: HistoryReader, incident: Incident): HistoryIncident['around'] | undefined {
  const span = {
    fromSecond: Math.floor(incident.openedMs / 1000) - MARGIN_S,
    toSecond: Math.ceil((incident.closedMs ?? incident.updatedMs) / 1000) + MARGIN_S,
  };
  const subjects = reader.subjects(span.fromSecond);
  const listener = subjects.find(
    ({ kind, about }) =>
      kind === 'listener' &&
      about.namespace === incident.namespace &&
      formatEndpoint(String(about.address), Number(about.port)) === incident.subject,
  );
  const chosen =
    listener ?? subjects.find(({ kind, about }) => kind === 'namespace' && about.name === incident.namespace);
  if (chosen === undefined) return undefined;
  const [rows] = reader.series({ ...span, ids: [chosen.id] });
  return rows && measuredRows(rows);
}
