/**
 * How large a day of history is: 20 namespaces, 200 listeners, written second by second in simulated time through the store as the recorder
 * does, with queues, drops and counters that move all the time, and 50 incidents with full black boxes. Usage: npm run bench:history [hours]
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { HistoryReader } from '../build/app/history/history-reader.js';
import { HistoryStore } from '../build/history/store/history-store.js';
import { channelsOfKind } from '../build/tcp/recording/channel.js';

const hours = Number(process.argv[2] ?? 24);
const START = 1_800_000_000;
const LIMITS = { retainSeconds: 7 * 86_400, maxBytes: 512e6 };
const folder = mkdtempSync(path.join(os.tmpdir(), 'halfopen-history-'));
const file = path.join(folder, 'history.db');

/** Seeded: the same day each time (mulberry32). */
let state = 12_345;
function random() {
  state = (state + 0x6d2b79f5) | 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}

/** `busy`: 0 to 1. A value around its usual one, as loads are. */
function row(kind, busy) {
  return Int32Array.from(channelsOfKind[kind], ({ unit, name }) => {
    if (name === 'limit') return 1024;
    if (random() > busy) return 0;
    return Math.floor((unit === 'connections' ? 300 : 900) * (0.7 + random() * 0.6) * busy);
  });
}

const { store } = HistoryStore.openForRecording(file);
const series = [];
const add = (kind, identity, busy) => {
  const id = store.series.idOf({ kind, identity, about: { name: identity } }, channelsOfKind[kind], START);
  series.push({ id, kind, busy });
};
add('host', 'host', 0.5);
for (let namespace = 0; namespace < 20; namespace++) {
  add('namespace', `web${namespace}`, 0.8);
  // A third is busy all the time, a third now and then, the rest quiet.
  for (let port = 0; port < 10; port++)
    add('listener', `web${namespace} 0.0.0.0:${9000 + port}`, [0.9, 0.2, 0.005][port % 3]);
}
const began = performance.now();
let packingMs = 0;
let longestMs = 0;
let boxes = 0;
for (let second = START; second < START + hours * 3600; second++) {
  store.blocks.append(second, new Map(series.map(({ id, kind, busy }) => [id, row(kind, busy)])));
  const packed = performance.now();
  if (!store.packNext(second)) store.coarsenNext(second);
  const stepMs = performance.now() - packed;
  packingMs += stepMs;
  longestMs = Math.max(longestMs, stepMs);
  if (second % 60 === 20) store.thin(LIMITS, second);
  if ((second - START) % 1728 === 100) {
    const id = `incident-${second}`;
    const times = {
      openedMs: second * 1000,
      closedMs: second * 1000,
      updatedMs: second * 1000,
      worstMs: second * 1000,
    };
    const about = {
      finding: 'accept-queue-overflow',
      severity: 'critical',
      namespace: 'web0',
      subject: '0.0.0.0:9000',
    };
    store.incidents.put({ id, ...times, ...about, title: 'a queue is full' }, { detailVersion: 1 });
    boxes++;
    const pcapng = Uint8Array.from({ length: 1_000_000 }, () => Math.floor(random() * 256));
    store.incidents.putBlackBox(id, { fromMs: second * 1000, toMs: second * 1000, pcapng });
  }
}
store.checkpoint();
const bytes = statSync(file).size;
const tookS = (performance.now() - began) / 1000;
store[Symbol.dispose]();
const reader = HistoryReader.open(file);
const readBegan = performance.now();
const rows = reader.series({
  fromSecond: START,
  toSecond: START + hours * 3600,
  ids: [series[2].id],
  mostRows: 100_000,
});
const readMs = performance.now() - readBegan;
console.log(
  `${hours} h of ${series.length} series: ${(bytes / 1e6).toFixed(1)} MB of ${LIMITS.maxBytes / 1e6} MB, ${boxes} MB of it black boxes; ${((bytes - boxes * 1e6) / series.length / hours / 3600).toFixed(2)} bytes a series and second`,
);
console.log(
  `written in ${tookS.toFixed(0)} s; packing and coarsening ${(packingMs / 60 / hours).toFixed(1)} ms a minute, at most ${longestMs.toFixed(0)} ms at once; ${rows[0].columns[0].length} seconds of one listener read in ${readMs.toFixed(0)} ms`,
);
reader[Symbol.dispose]();
rmSync(folder, { recursive: true, force: true });
