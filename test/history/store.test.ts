import { spawn } from 'node:child_process';
import {
  closeSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HistoryStore } from '../../src/history/store/history-store.ts';
import { listenerChannels, notMeasured } from '../../src/tcp/recording/channel.ts';
import type { Incident } from '../../src/tcp/recording/incident.ts';

const START = 1_800_000_000;
const width = listenerChannels.length;
const subject = { kind: 'listener', identity: 'host 0.0.0.0:80', about: { program: 'nginx' } } as const;
const values = (first: number): Int32Array => new Int32Array(width).fill(0).fill(first, 0, 1);

const incident: Incident = {
  id: '20270115-080000-aaaa',
  openedMs: START * 1000,
  closedMs: null,
  updatedMs: START * 1000 + 5000,
  worstMs: START * 1000 + 2000,
  finding: 'accept-queue-overflow',
  severity: 'critical',
  namespace: 'host',
  subject: '0.0.0.0:80',
  title: 'drops',
};

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-store-'));
  file = path.join(folder, 'history.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

function record(store: HistoryStore, seconds: number, from = START): number {
  const id = store.series.idOf(subject, listenerChannels, from);
  for (let at = 0; at < seconds; at++) store.blocks.append(from + at, new Map([[id, values(at)]]));
  while (store.packNext(from + seconds));
  return id;
}

describe('a store', () => {
  it('gives back every second, packed or not', () => {
    const { store } = HistoryStore.openForRecording(file);
    using _ = store;
    const id = record(store, 150);
    const part = store.blocks.read(0, id, START, START + 180, width);
    expect(part).toMatchObject({ stepSeconds: 1, startSecond: START });
    expect([...(part.columns[0] ?? [])]).toEqual(
      Array.from({ length: 180 }, (_value, at) => (at < 150 ? at : notMeasured)),
    );
    expect(store.series.list()).toMatchObject([{ id, ...subject, firstSecond: START }]);
  });

  it('makes tens of seconds and minutes of seconds', () => {
    const { store } = HistoryStore.openForRecording(file);
    using _ = store;
    const id = record(store, 3600);
    while (store.coarsenNext(START + 3600));
    const tens = store.blocks.read(1, id, START, START + 3600, width);
    expect(tens.columns[0]?.length).toBe(360);
    expect([...(tens.columns[0]?.subarray(0, 3) ?? [])]).toEqual([9, 19, 29]);
    const minutes = store.blocks.read(2, id, START, START + 3600, width);
    expect([...(minutes.columns[0]?.subarray(0, 3) ?? [])]).toEqual([59, 119, 179]);
    // What is there is not made again.
    const before = statSync(file).mtimeMs;
    while (store.coarsenNext(START + 3600));
    expect(statSync(file).mtimeMs).toBe(before);
  });

  it('has one recorder, and is read meanwhile', () => {
    const { store } = HistoryStore.openForRecording(file);
    using _ = store;
    const id = record(store, 10);
    expect(() => HistoryStore.openForRecording(file)).toThrow(
      new RegExp(`another recorder does: process ${process.pid}`),
    );
    using reader = HistoryStore.openForReading(file);
    expect(reader.blocks.read(0, id, START, START + 60, width).columns[0]?.[9]).toBe(9);
    store.blocks.append(START + 10, new Map([[id, values(10)]]));
    expect(reader.blocks.read(0, id, START, START + 60, width).columns[0]?.[10]).toBe(10);
    expect(() => reader.blocks.append(START, new Map())).toThrow(/readonly|read-only|query_only/i);
  });

  it('keeps incidents with what belongs to them', () => {
    const { store } = HistoryStore.openForRecording(file);
    using _ = store;
    store.incidents.put(incident, { report: { findings: [1] } });
    store.incidents.putBlackBox(incident.id, { fromMs: 1, toMs: 2, pcapng: Uint8Array.of(1, 2, 3) });
    store.incidents.put({
      ...incident,
      closedMs: incident.updatedMs + 1000,
      updatedMs: incident.updatedMs + 1000,
    });
    expect(store.incidents.list()).toEqual([
      { ...incident, closedMs: incident.updatedMs + 1000, updatedMs: incident.updatedMs + 1000 },
    ]);
    expect(store.incidents.detail(incident.id)).toEqual({ report: { findings: [1] } });
    expect([...(store.incidents.blackBox(incident.id)?.pcapng ?? [])]).toEqual([1, 2, 3]);
    expect(store.incidents.list({ sinceMs: incident.updatedMs + 2000 })).toEqual([]);
  });

  it('stays below its size: the finest goes first, incidents stay', () => {
    const { store } = HistoryStore.openForRecording(file);
    using _ = store;
    const hours = 30;
    const id = store.series.idOf(subject, listenerChannels, START);
    // Values that do not compress, so that a few hours fill the file.
    const random = (): Int32Array =>
      Int32Array.from({ length: width }, () => Math.floor(Math.random() * 2 ** 31));
    for (let minute = 0; minute < hours * 60; minute += 10) {
      for (let at = 0; at < 60; at += 5)
        store.blocks.append(START + minute * 60 + at, new Map([[id, random()]]));
      while (store.packNext(START + minute * 60 + 60));
    }
    const now = START + hours * 3600;
    while (store.coarsenNext(now));
    store.incidents.put({ ...incident, closedMs: now * 1000 }, {});
    store.incidents.putBlackBox(incident.id, { fromMs: 0, toMs: 1, pcapng: new Uint8Array(1000) });
    store.checkpoint();
    const maxBytes = Math.round(statSync(file).size * 0.7);
    const blocks = store.thin({ retainSeconds: 7 * 86_400, maxBytes }, now);
    expect(blocks).toMatchObject({ incidents: 0, isFull: false });
    expect(blocks.blocks).toBeGreaterThan(0);
    store.checkpoint();
    expect(statSync(file).size).toBeLessThanOrEqual(maxBytes);
    expect(store.blocks.oldest(0)).toBeGreaterThan(START);
    expect(store.blocks.oldest(2)).toBe(START);
    expect(store.incidents.get(incident.id)).toBeDefined();
    const old = store.thin({ retainSeconds: 60, maxBytes: 1e9 }, now + 86_400);
    expect(old.incidents).toBe(1);
    expect(store.blocks.oldest(2)).toBeUndefined();
  });

  it('that is damaged is put aside, whole, and another one begun', () => {
    {
      const { store } = HistoryStore.openForRecording(file);
      using _ = store;
      record(store, 600);
      store.checkpoint();
    }
    const bytes = statSync(file).size;
    const descriptor = openSync(file, 'r+');
    writeSync(descriptor, Buffer.alloc(3000, 0xff), 0, 3000, 110);
    closeSync(descriptor);
    const { store, putAside } = HistoryStore.openForRecording(file);
    using _ = store;
    expect(putAside).toMatch(/history\.db\.damaged-\d{8}T\d{6}$/);
    expect(statSync(putAside ?? '').size).toBe(bytes);
    expect(store.series.list()).toEqual([]);
  });

  it('does not touch what is none', () => {
    writeFileSync(file, 'a letter to a friend, longer than the header of a database '.repeat(50));
    const before = statSync(file).mtimeMs;
    expect(() => HistoryStore.openForRecording(file)).toThrow(/not a database/);
    expect(statSync(file).mtimeMs).toBe(before);
    expect(readdirSync(folder).filter((name) => !name.endsWith('.lock'))).toEqual(['history.db']);
    expect(() => HistoryStore.openForReading(path.join(folder, 'none.db'))).toThrow(/there is no such file/);
  });
});

/** Says each second it has been told is written, as fast as it can. */
const writer = `
  const { HistoryStore } = await import('${new URL('../../build/history/store/history-store.js', import.meta.url)}');
  const { listenerChannels } = await import('${new URL('../../build/tcp/recording/channel.js', import.meta.url)}');
  const { store } = HistoryStore.openForRecording(process.argv[1]);
  const id = store.series.idOf({ kind: 'listener', identity: 'x', about: {} }, listenerChannels, ${START});
  const last = store.blocks.read(0, id, ${START}, ${START} + 6000, 1).columns[0].findLastIndex((value) => value !== -1);
  for (let at = last + 1; ; at++) {
    store.blocks.append(${START} + at, new Map([[id, new Int32Array(listenerChannels.length).fill(at)]]));
    store.packNext(${START} + at);
    require('node:fs').writeSync(1, at + '\\n');
  }
`;

describe('a recorder that is killed', () => {
  it('has lost nothing of what it had written, each of 20 times', async () => {
    for (let round = 0; round < 20; round++) {
      const child = spawn(process.execPath, [
        '--input-type=module',
        '-e',
        `import { createRequire } from 'node:module'; const require = createRequire('/');${writer}`,
        file,
      ]);
      let said = '';
      child.stdout.on('data', (chunk) => {
        said += chunk;
      });
      const ended = new Promise((resolve) => child.once('close', resolve));
      while (said.split('\n').length < 20 + round * 3) await new Promise((resolve) => setTimeout(resolve, 5));
      child.kill('SIGKILL');
      await ended;
      const last = Number(said.trimEnd().split('\n').at(-1));
      using store = HistoryStore.openForReading(file);
      const column = store.blocks.read(0, 1, START, START + last + 1, 1).columns[0] ?? new Int32Array();
      expect([...column]).toEqual(Array.from({ length: last + 1 }, (_value, at) => at));
    }
  });
});
