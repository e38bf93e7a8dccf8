import { setImmediate } from 'node:timers/promises';
import type { SeriesQuery, SeriesRows } from '../../app/history/history-reader.ts';
import { channelsOfKind, seriesKinds } from '../../tcp/recording/channel.ts';
import { badRequest } from '../requests/api-failure.ts';
import { choiceIn, numberIn, numbersIn } from '../requests/query.ts';
import type { ServerContext } from '../server-env.ts';
import type { Route, Surroundings } from './route.ts';

/** 9999-12-31; later times are no times. */
const LAST_SECOND = 253_402_300_799;
const MOST_ID = 2 ** 31;
const USUAL_SPAN_SECONDS = 300;
const USUAL_ROWS = 600;
/** A day of seconds. */
const MOST_ROWS = 90_000;
/** In one answer, some 12 MB of JSON. */
const MOST_VALUES = 4_000_000;

export const seriesRoute: Route = {
  method: 'GET',
  path: '/api/v1/series',
  open: (surroundings) => (context) => {
    const query = queryOf(context, surroundings);
    return context.body(streamOf(query, surroundings), 200, { 'content-type': 'application/json' });
  },
};

function queryOf(context: ServerContext, { nowMs, store }: Surroundings): SeriesQuery {
  const nowSecond = Math.floor(nowMs() / 1000);
  const bounds = { least: 0, most: LAST_SECOND };
  const toSecond = numberIn(context, 'to', { ...bounds, otherwise: nowSecond });
  const otherwise = Math.max(0, toSecond - USUAL_SPAN_SECONDS);
  const fromSecond = numberIn(context, 'from', { ...bounds, otherwise });
  if (fromSecond >= toSecond) throw badRequest('read series', '“from” is not before “to”');
  const ids = numbersIn(context, 'ids', MOST_ID);
  const kind = choiceIn(context, 'kind', seriesKinds);
  const mostRows = numberIn(context, 'rows', { least: 1, most: MOST_ROWS, otherwise: USUAL_ROWS });
  const asked = store
    .read((reader) => reader.subjects(fromSecond))
    .filter((one) => (ids?.includes(one.id) ?? true) && (kind === undefined || one.kind === kind));
  const columns = asked.reduce((sum, one) => sum + channelsOfKind[one.kind].length, 0);
  // The coarsest step there is may have to do for a long span.
  const rows = Math.max(Math.min(mostRows, toSecond - fromSecond), Math.ceil((toSecond - fromSecond) / 60));
  if (columns * rows > MOST_VALUES)
    throw badRequest(
      'read series',
      `${asked.length} series of ${rows} rows are more than one answer holds`,
      'Ask for fewer rows, a shorter time, or name series (ids=1,2).',
    );
  return { fromSecond, toSecond, mostRows, ids: asked.map(({ id }) => id) };
}

/** An ApiSeriesList, one series after the other: the recorder has to have its turn in between. */
function streamOf(query: SeriesQuery, { store }: Surroundings): ReadableStream<Uint8Array> {
  const rows = store.read((reader) => reader.eachSeries(query));
  const encoder = new TextEncoder();
  let before = '{"series":[';
  return new ReadableStream<Uint8Array>({
    pull: async (controller) => {
      await setImmediate();
      const { done, value } = rows.next();
      if (done) {
        controller.enqueue(encoder.encode(before === ',' ? ']}' : `${before}]}`));
        controller.close();
        return;
      }
      controller.enqueue(encoder.encode(before + seriesJson(value)));
      before = ',';
    },
  });
}

/** An ApiSeries. */
function seriesJson({ subject, channels, stepSeconds, startSecond, columns }: SeriesRows): string {
  const { id, kind, identity, about } = subject;
  const head = JSON.stringify({ subject: { id, kind, identity, about }, channels, stepSeconds, startSecond });
  const values = columns.map((column, at) => `${JSON.stringify(channels[at]?.name)}:[${column.join(',')}]`);
  return `${head.slice(0, -1)},"values":{${values.join(',')}}}`;
}
