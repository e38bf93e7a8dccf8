import { usageError } from '../../base/errors.ts';
import { formatEndpoint } from '../../base/ip-text.ts';
import { notMeasured, type SeriesKind } from '../../tcp/recording/channel.ts';
import {
  type HistorySeries,
  type HistorySeriesRows,
  historySchemaVersion,
} from '../../tcp/recording/history.ts';
import type { HistoryReader, SeriesRows } from './history-reader.ts';

export interface SeriesChoice {
  readonly fromMs: number;
  readonly toMs: number;
  readonly kind: SeriesKind;
  /** "0.0.0.0:24224" */
  readonly listener?: string;
  readonly namespace?: string;
  /** Left out: the finest that needs no more than an hour's worth of seconds. */
  readonly stepSeconds?: number;
}

/** Values of the chosen series; those without any in this time are left out. Throws HalfopenError where none fits. */
export function seriesPast(reader: HistoryReader, choice: SeriesChoice): HistorySeries {
  const { fromMs, toMs, kind, stepSeconds } = choice;
  const span = { fromSecond: Math.floor(fromMs / 1000), toSecond: Math.ceil(toMs / 1000) };
  const known = reader.subjects().filter((one) => one.kind === kind);
  const chosen = known.filter(({ about }) => fits(about, choice));
  if (chosen.length === 0 && (choice.listener ?? choice.namespace) !== undefined)
    throw noSuchSeries(known, choice);
  const mostRows =
    stepSeconds === undefined ? {} : { mostRows: Math.ceil((span.toSecond - span.fromSecond) / stepSeconds) };
  return {
    schemaVersion: historySchemaVersion,
    store: reader.file,
    fromMs,
    toMs,
    series: chosen
      .flatMap(({ id }) => reader.series({ ...span, ids: [id], ...mostRows }))
      .flatMap((rows) => measuredRows(rows) ?? []),
  };
}

function fits(
  about: Readonly<Record<string, string | number>>,
  { listener, namespace }: SeriesChoice,
): boolean {
  return (
    (listener === undefined || endpointOf(about) === listener) &&
    (namespace === undefined || (about.namespace ?? about.name) === namespace)
  );
}

function endpointOf({ address = '', port = 0 }: Readonly<Record<string, string | number>>): string {
  return formatEndpoint(String(address), Number(port));
}

function noSuchSeries(
  known: readonly { readonly identity: string }[],
  { listener, namespace, kind }: SeriesChoice,
): Error {
  const asked = [listener, namespace].filter((part) => part !== undefined).join(' in ');
  const some = known.slice(0, 20).map(({ identity }) => identity);
  return usageError(
    `find a ${kind} called`,
    asked,
    known.length === 0 ? 'Nothing of this kind was recorded.' : `Recorded are: ${some.join(', ')}.`,
  );
}

/** As it is printed; undefined: nothing was measured. */
export function measuredRows(rows: SeriesRows): HistorySeriesRows | undefined {
  const { subject, channels, stepSeconds, startSecond, columns } = rows;
  if (columns.every((column) => column.every((value) => value === notMeasured))) return undefined;
  return {
    kind: subject.kind,
    identity: subject.identity,
    about: subject.about,
    stepSeconds,
    startSecond,
    channels: channels.map(({ name, unit }, at) => ({
      name,
      unit,
      values: Array.from(columns[at] ?? [], (value) => (value === notMeasured ? null : value)),
    })),
  };
}
