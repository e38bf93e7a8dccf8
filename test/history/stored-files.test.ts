import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryReader } from '../../src/app/history/history-reader.ts';
import { openDatabase } from '../../src/history/store/database.ts';
import { HistoryStore } from '../../src/history/store/history-store.ts';
import { migrations } from '../../src/history/store/migrations.ts';
import { notMeasured } from '../../src/tcp/recording/channel.ts';

const folder = fileURLToPath(new URL('../../fixtures/history/', import.meta.url));
const files = readdirSync(folder);
/** Recorded on 2026-11-21: a listener with a backlog of 16 that nobody accepts from, flooded 20 s into the minute, and one on [::]:443 that keeps up. */
const OPENED_MS = Date.parse('2026-11-21T06:17:22Z');

let work: string;
beforeEach(() => {
  work = mkdtempSync(path.join(tmpdir(), 'halfopen-stored-'));
});
afterEach(() => rmSync(work, { recursive: true, force: true }));

function stored(name: string): string {
  const file = path.join(work, 'history.db');
  writeFileSync(file, gunzipSync(readFileSync(path.join(folder, name))));
  return file;
}

function versionOf(file: string): number {
  const database = openDatabase(file);
  try {
    return (database.prepare('PRAGMA user_version').get() as { user_version: number }).user_version;
  } finally {
    database.close();
  }
}

it('has a stored file of each version', () => {
  expect(files.sort()).toEqual(migrations.map((_, at) => `version-${at + 1}.db.gz`));
});

describe.each(files)('%s', (name) => {
  it('is of the version that its name says', () => {
    expect(`version-${versionOf(stored(name))}.db.gz`).toBe(name);
  });

  it('is brought up to date, with all that was in it', () => {
    const file = stored(name);
    HistoryStore.openForRecording(file).store[Symbol.dispose]();
    expect(versionOf(file)).toBe(migrations.length);
    using history = HistoryReader.open(file);
    const incident = history.incidents().find(({ finding }) => finding === 'accept-queue-overflow');
    expect(incident).toMatchObject({ severity: 'critical', subject: '0.0.0.0:24224' });
    expect(Math.abs((incident?.openedMs ?? 0) - OPENED_MS)).toBeLessThan(3000);
    const { detail } = history.incident(incident?.id ?? '') ?? {};
    expect(detail?.finding.cause.id).toBe('blocked');
    expect(detail?.report.namespaces[0]?.listeners.map(({ port }) => port).sort()).toEqual([24_224, 443]);
    expect(history.blackBox(incident?.id ?? '')?.pcapng.length).toBeGreaterThan(5000);
  });

  it('shows its seconds, those that were packed and those that were not yet', () => {
    using history = HistoryReader.open(stored(name));
    const fromSecond = Math.floor(OPENED_MS / 1000) - 10;
    const series = history.series({ fromSecond, toSecond: fromSecond + 60, kind: 'listener' });
    expect(series.map(({ subject }) => subject.about.port).sort()).toEqual([24_224, 443]);
    const flooded = series.find(({ subject }) => subject.about.port === 24_224);
    const values = (channel: string): number[] => [
      ...(flooded?.columns[flooded.channels.findIndex((one) => one.name === channel)] ?? []),
    ];
    expect(values('queueMax')).not.toContain(notMeasured);
    expect(values('queueMax')[0]).toBe(0);
    expect(Math.max(...values('queueMax'))).toBe(17);
    expect(values('drops').reduce((sum, drops) => sum + drops, 0)).toBeGreaterThan(40);
  });
});
