/** What `history --json` and its subcommands print, version 1. Times are wall clock, milliseconds; null: nobody looked. */
import type { ContractReport } from '../report.ts';
import type { SeriesKind } from './channel.ts';
import type { Incident } from './incident.ts';
import type { IncidentDetail } from './incident-detail.ts';

export const historySchemaVersion = 1;

export interface HistoryOverview {
  readonly schemaVersion: typeof historySchemaVersion;
  /** The file. */
  readonly store: string;
  /** null: nothing has been recorded yet. */
  readonly hostname: string | null;
  readonly fromMs: number;
  readonly toMs: number;
  /** Open ones first, then the newest. */
  readonly incidents: readonly Incident[];
  readonly recorded: RecordedTime;
  /** Those that dropped or were fullest first. */
  readonly listeners: readonly ListenerPast[];
}

/** When the recorder was running, within the time that was asked for. */
export interface RecordedTime {
  /** The first and the last moment; null: nothing at all. */
  readonly firstMs: number | null;
  readonly lastMs: number | null;
  /** Between them, when it was not. */
  readonly gaps: readonly { readonly fromMs: number; readonly toMs: number }[];
}

export interface ListenerPast {
  readonly namespace: string;
  /** "0.0.0.0:24224" */
  readonly listener: string;
  readonly process: string | null;
  readonly limit: number | null;
  /** The longest that its accept queue was. */
  readonly queuePeak: number | null;
  /** Of the time that was looked at, the share with a full queue: 0 to 1. */
  readonly fullShare: number | null;
  readonly drops: number | null;
  readonly acceptedAtLeast: number | null;
  /** Queue peaks in equal parts of the time. */
  readonly peaks: readonly (number | null)[];
}

export interface HistoryIncident {
  readonly schemaVersion: typeof historySchemaVersion;
  readonly store: string;
  readonly incident: Incident;
  /** null: it cannot be read any more. */
  readonly detail: HistoryIncidentDetail | null;
  /** null: none was kept, or it had to make room. */
  readonly blackBox: { readonly fromMs: number; readonly toMs: number; readonly bytes: number } | null;
  /** Series of the incident's listener, else of its namespace, from a minute before to a minute after; null: thinned out by now. */
  readonly around: HistorySeriesRows | null;
}

/** As it leaves the program: the contract knows four kinds of remedy. */
export type HistoryIncidentDetail = Omit<IncidentDetail, 'finding' | 'report'> & {
  readonly finding: ContractReport['findings'][number];
  readonly report: ContractReport;
};

export interface HistorySeries {
  readonly schemaVersion: typeof historySchemaVersion;
  readonly store: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly series: readonly HistorySeriesRows[];
}

export interface HistorySeriesRows {
  readonly kind: SeriesKind;
  /** "web 0.0.0.0:80" */
  readonly identity: string;
  readonly about: Readonly<Record<string, string | number>>;
  readonly stepSeconds: number;
  /** Of the first row, seconds since 1970. */
  readonly startSecond: number;
  readonly channels: readonly HistoryChannel[];
}

export interface HistoryChannel {
  readonly name: string;
  readonly unit: string;
  readonly values: readonly (number | null)[];
}
