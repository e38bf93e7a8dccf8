/** The contracts of `history --json`, `history show --json` and `history series --json`, version 1, as schemas. */
import * as z from 'zod';
import { findingIds, severities } from '../tcp/finding.ts';
import { seriesKinds } from '../tcp/recording/channel.ts';
import type { HistoryIncident, HistoryOverview, HistorySeries } from '../tcp/recording/history.ts';
import { traceEventKinds } from '../tcp/trace-event.ts';
import { parseDocument } from './document.ts';
import { findingSchema } from './finding.ts';
import { contractJsonSchema } from './json-schema.ts';
import { kernelLogEvent } from './observation.ts';
import { reportSchema } from './report.ts';
import type { Agreed } from './same-shape.ts';

const count = z.int().min(0).nullable();
const ms = z.number().describe('ms since 1970');

const incident = z.strictObject({
  id: z.string().describe('In the order of time'),
  openedMs: ms,
  closedMs: ms.nullable().describe('null: it goes on, or the recorder ended before it did'),
  updatedMs: ms.describe('When it was last seen'),
  worstMs: ms.describe('The moment of the report that is kept'),
  finding: z.enum(findingIds),
  severity: z.enum(severities),
  namespace: z.string(),
  subject: z.string().describe('A listener ("0.0.0.0:24224"), a destination, an interface'),
  title: z.string(),
});

const overviewSchema = z.strictObject({
  schemaVersion: z.literal(1),
  store: z.string().describe('The file'),
  hostname: z.string().nullable(),
  fromMs: ms,
  toMs: ms,
  incidents: z.array(incident).describe('Open ones first, then the newest'),
  recorded: z.strictObject({
    firstMs: ms.nullable(),
    lastMs: ms.nullable(),
    gaps: z
      .array(z.strictObject({ fromMs: ms, toMs: ms }))
      .describe('Between first and last, when no recorder was running'),
  }),
  listeners: z
    .array(
      z.strictObject({
        namespace: z.string(),
        listener: z.string(),
        process: z.string().nullable(),
        limit: count.describe('limit + 1 connections fit'),
        queuePeak: count,
        fullShare: z.number().nullable().describe('Share of the time with a full accept queue, 0 to 1'),
        drops: count.describe('Growth of the listener’s sk_drops: segments, retries count again'),
        acceptedAtLeast: count,
        peaks: z.array(count).describe('Queue peaks in equal parts of the time; null: nobody looked'),
      }),
    )
    .describe('Those that dropped or were fullest first'),
}) satisfies z.ZodType<HistoryOverview>;

const rows = z.strictObject({
  kind: z.enum(seriesKinds),
  identity: z.string(),
  about: z.record(z.string(), z.union([z.string(), z.number()])),
  stepSeconds: z.int().min(1),
  startSecond: z.int().describe('Of the first row, s since 1970'),
  channels: z.array(
    z.strictObject({
      name: z.string(),
      unit: z.string(),
      values: z.array(count).describe('One for each step; null: nobody looked'),
    }),
  ),
});

const detail = z.strictObject({
  detailVersion: z.literal(1),
  openedBecause: z.string(),
  seen: z.int().describe('How many judgements have found it'),
  finding: findingSchema,
  report: reportSchema.describe('The doctor’s report of the worst moment'),
  peers: z.array(z.strictObject({ address: z.string(), count: z.number(), what: z.string() })),
  kernelLog: z.array(kernelLogEvent),
  trace: z.partialRecord(z.enum(traceEventKinds), z.number()).optional(),
  blackBox: z.union([
    z.strictObject({
      status: z.literal('kept'),
      packets: z.int(),
      dropped: z.int().describe('Packets the ring had no room for'),
    }),
    z.strictObject({ status: z.literal('none'), why: z.string() }),
  ]),
});

const incidentSchema = z.strictObject({
  schemaVersion: z.literal(1),
  store: z.string(),
  incident,
  detail: detail.nullable().describe('null: it cannot be read any more'),
  blackBox: z.strictObject({ fromMs: ms, toMs: ms, bytes: z.int() }).nullable(),
  around: rows.nullable().describe('Of the listener, else of the namespace, with a minute on either side'),
}) satisfies z.ZodType<HistoryIncident>;

const seriesSchema = z.strictObject({
  schemaVersion: z.literal(1),
  store: z.string(),
  fromMs: ms,
  toMs: ms,
  series: z.array(rows),
}) satisfies z.ZodType<HistorySeries>;

/** What `history --json` prints. Throws HalfopenError (usage) naming the first wrong field. */
export function parseHistory(json: unknown): Agreed<z.infer<typeof overviewSchema>, HistoryOverview> {
  return parseDocument<HistoryOverview>(
    overviewSchema,
    json,
    'the history',
    'It is what `halfopen history --json` prints (schemaVersion 1).',
  );
}

/** What `history show ID --json` prints. Throws HalfopenError (usage) naming the first wrong field. */
export function parseHistoryIncident(json: unknown): Agreed<z.infer<typeof incidentSchema>, HistoryIncident> {
  const remedy = 'It is what `halfopen history show ID --json` prints (schemaVersion 1).';
  return parseDocument<HistoryIncident>(incidentSchema, json, 'the incident', remedy);
}

/** What `history series --json` prints. Throws HalfopenError (usage) naming the first wrong field. */
export function parseHistorySeries(json: unknown): Agreed<z.infer<typeof seriesSchema>, HistorySeries> {
  const remedy = 'It is what `halfopen history series --json` prints (schemaVersion 1).';
  return parseDocument<HistorySeries>(seriesSchema, json, 'the series', remedy);
}

export function historyJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(overviewSchema, 'history');
}

export function historyIncidentJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(incidentSchema, 'incident');
}

export function historySeriesJsonSchema(): Readonly<Record<string, unknown>> {
  return contractJsonSchema(seriesSchema, 'series');
}
