import { formatEndpoint } from '../../base/ip-text.ts';
import { notMeasured } from '../../tcp/recording/channel.ts';
import {
  type HistoryOverview,
  historySchemaVersion,
  type ListenerPast,
} from '../../tcp/recording/history.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { HistoryReader, SeriesRows } from './history-reader.ts';
import { recordedTime } from './recorded-time.ts';

/** Fine enough to tell a restart of the recorder, for the last hour. */
const ROWS_FOR_GAPS = 3600;
/** Of each listener: its peaks and sums are the same in coarser rows. */
const ROWS_OF_LISTENERS = 600;
const PARTS = 60;
const MOST_INCIDENTS = 10_000;

/** What happened from `fromMs` to `toMs`. */
export function lookBack(reader: HistoryReader, fromMs: number, toMs: number): HistoryOverview {
  const span = { fromSecond: Math.floor(fromMs / 1000), toSecond: Math.ceil(toMs / 1000) };
  const [host] = reader.subjects().filter(({ kind }) => kind === 'host');
  const hostRows = reader.series({ ...span, kind: 'host', mostRows: ROWS_FOR_GAPS });
  return {
    schemaVersion: historySchemaVersion,
    store: reader.file,
    hostname: host === undefined ? null : String(host.about.hostname ?? '') || null,
    fromMs,
    toMs,
    incidents: incidentsWithin(reader, fromMs, toMs),
    recorded: recordedTime(hostRows),
    // One after the other: a day of hundreds of listeners would fill the memory.
    listeners: reader
      .subjects(span.fromSecond)
      .filter(({ kind }) => kind === 'listener')
      .flatMap(({ id }) => reader.series({ ...span, ids: [id], mostRows: ROWS_OF_LISTENERS }))
      .flatMap((rows) => pastOf(rows) ?? [])
      .sort(worstFirst),
  };
}

function incidentsWithin(reader: HistoryReader, fromMs: number, toMs: number): readonly Incident[] {
  return reader
    .incidents({ sinceMs: fromMs, most: MOST_INCIDENTS })
    .filter(({ openedMs }) => openedMs <= toMs)
    .toSorted((a, b) => Number(b.closedMs === null) - Number(a.closedMs === null));
}

/** Undefined: it was not there in this time. */
function pastOf({ subject, channels, columns }: SeriesRows): ListenerPast | undefined {
  const column = (name: string): readonly number[] => {
    const at = channels.findIndex((channel) => channel.name === name);
    return [...(columns[at] ?? [])];
  };
  const measured = (name: string): readonly number[] => column(name).filter((value) => value !== notMeasured);
  const lengths = column('queueMax');
  const peak = most(lengths);
  if (peak === null) return undefined;
  const full = measured('fullShare');
  const { namespace = '', address = '', port = 0, process } = subject.about;
  return {
    namespace: String(namespace),
    listener: formatEndpoint(String(address), Number(port)),
    process: process === undefined ? null : String(process),
    limit: measured('limit').at(-1) ?? null,
    queuePeak: peak,
    fullShare: full.length === 0 ? null : sum(full) / full.length / 1000,
    drops: sumOrNull(measured('drops')),
    acceptedAtLeast: sumOrNull(measured('acceptedAtLeast')),
    peaks: partsOf(lengths),
  };
}

/** The highest of each part; null where nobody looked. */
function partsOf(values: readonly number[]): readonly (number | null)[] {
  const parts = Math.min(PARTS, values.length);
  return Array.from({ length: parts }, (_, part) =>
    most(
      values.slice(
        Math.floor((part * values.length) / parts),
        Math.floor(((part + 1) * values.length) / parts),
      ),
    ),
  );
}

function worstFirst(a: ListenerPast, b: ListenerPast): number {
  return (
    (b.drops ?? 0) - (a.drops ?? 0) ||
    fill(b) - fill(a) ||
    (b.queuePeak ?? 0) - (a.queuePeak ?? 0) ||
    a.namespace.localeCompare(b.namespace) ||
    a.listener.localeCompare(b.listener)
  );
}

function fill({ queuePeak, limit }: ListenerPast): number {
  return limit === null ? 0 : (queuePeak ?? 0) / (limit + 1);
}

function most(values: readonly number[]): number | null {
  const highest = values.reduce((high, value) => Math.max(high, value), notMeasured);
  return highest === notMeasured ? null : highest;
}

function sumOrNull(values: readonly number[]): number | null {
  return values.length === 0 ? null : sum(values);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
