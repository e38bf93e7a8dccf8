import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { findIncident } from '../../../src/app/history/find-incident.ts';
import { lookBack } from '../../../src/app/history/look-back.ts';
import { seriesPast } from '../../../src/app/history/series-past.ts';
import { withHistory } from '../../../src/app/history/with-history.ts';
import type { HistoryTextOptions } from '../../../src/report/history/history-context.ts';
import { incidentText } from '../../../src/report/history/incident-text.ts';
import { historyText } from '../../../src/report/history/overview-text.ts';
import { seriesCsv, seriesText } from '../../../src/report/history/series-text.ts';
import { widthOf } from '../../../src/report/wrap-text.ts';
import type { HistoryOverview } from '../../../src/tcp/recording/history.ts';
import { fillWithTrouble, overflow } from '../../history/filled-store.ts';

const END = 1_800_000_000;
const span = { fromMs: (END - 3600) * 1000, toMs: END * 1000 };
let folder: string;
let file: string;
beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-history-'));
  file = path.join(folder, 'history.db');
  fillWithTrouble(file, END);
});
afterAll(() => rmSync(folder, { recursive: true }));

const how = (columns: number): HistoryTextOptions => ({
  colour: false,
  columns,
  verbose: false,
  utcOffset: () => 60,
  nowMs: END * 1000,
});
const fits = (text: string, columns: number): void =>
  expect(text.split('\n').filter((line) => widthOf(line) > columns)).toEqual([]);
const overview = (): HistoryOverview => ({
  ...withHistory(file, (reader) => lookBack(reader, span.fromMs, span.toMs)),
  store: '/var/lib/halfopen/history.db',
});

describe('history in a terminal', () => {
  it.each([100, 60])('tells what was, and what nobody saw, in %i columns', async (columns) => {
    const text = historyText(overview(), how(columns));
    fits(text, columns);
    const flowing = text.replaceAll('\n', ' ');
    expect(flowing).toContain('2 incidents in the last hour; 0.0.0.0:24224 dropped 1,200 segments');
    expect(flowing).toContain('The recorder was not running from 08:45:00 to 08:47:00 (2.0 min).');
    await expect(text).toMatchFileSnapshot(`../golden/history-${columns}.txt`);
  });

  it.each([100, 60])('tells one incident in %i columns', async (columns) => {
    const { document, detail } = withHistory(file, (reader) => findIncident(reader, overflow.id));
    const text = incidentText({ ...document, store: '/var/lib/halfopen/history.db' }, detail, how(columns));
    fits(text, columns);
    await expect(text).toMatchFileSnapshot(`../golden/history-show-${columns}.txt`);
  });

  it('draws series, and writes them as CSV', async () => {
    const past = withHistory(file, (reader) =>
      seriesPast(reader, { ...span, kind: 'listener', stepSeconds: 60 }),
    );
    await expect(seriesText(past, how(100))).toMatchFileSnapshot('../golden/history-series.txt');
    const lines = seriesCsv(past).trimEnd().split('\n');
    expect(lines[0]).toMatch(/^second,series,queueMax,queueMean,fullShare,limit,drops/);
    expect(lines).toHaveLength(1 + 2 * 60);
    expect(lines).toContain(`${END - 600},host 0.0.0.0:24224,1025,1000,233,1024,1200,18000,,,,,`);
    // Nobody looked: empty, which is not 0.
    expect(lines).toContain(`${END - 840},host 0.0.0.0:24224,,,,,,,,,,,`);
  });

  it('says which incidents are still open, and which lost their recorder', () => {
    const one = overview();
    const open = { ...overflow, openedMs: END * 1000 - 41_000, updatedMs: END * 1000 - 1000 };
    const text = historyText({ ...one, incidents: [open] }, how(100));
    expect(text).toContain('1 incident (1 still open) in the last hour');
    expect(text).toContain('open for 41.0 s');
    const lost = { ...open, openedMs: END * 1000 - 900_000, updatedMs: END * 1000 - 800_000 };
    expect(historyText({ ...one, incidents: [lost] }, how(100))).toContain('open when its recorder ended');
  });

  it('is no clean bill where nothing was recorded', () => {
    const none = { firstMs: null, lastMs: null, gaps: [] };
    const text = historyText({ ...overview(), incidents: [], listeners: [], recorded: none }, how(100));
    expect(text).toContain('No incident in the last hour');
    expect(text).toContain('Nothing was recorded in this time: no recorder was running');
  });

  it('makes foreign text harmless', () => {
    const one = overview();
    const title = 'evil \u001b[2J\u202e title';
    const text = historyText({ ...one, incidents: [{ ...overflow, title, subject: 'a\u0007b' }] }, how(100));
    expect(text).toContain('evil \\x1b[2J\\x202e title');
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u0007');
  });
});
