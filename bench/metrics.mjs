/**
 * What monitoring costs the recorder: keeping the totals each second, and one answer of /metrics, for 200 listeners in 20 namespaces, with
 * all of them in rows of their own and with 50. Usage: npm run build && npm run bench:metrics [rounds: 200]
 */
import { gzipSync } from 'node:zlib';
import { MetricBook } from '../build/server/metrics/metric-book.js';
import { metricsRoute } from '../build/server/metrics/metrics-route.js';
import { otlpMetrics } from '../build/server/otlp/otlp-metrics.js';
import { channelsOfKind } from '../build/tcp/recording/channel.js';

const LISTENERS = 200;
const NAMESPACES = 20;
const rounds = Number(process.argv[2] ?? 200);

console.log('| what | median | 95th percentile | size |');
console.log('|---|---|---|---|');
for (const topListeners of [LISTENERS, 50]) {
  const { feed, second } = aFeed();
  const route = metricsRoute(feed, { topListeners });
  const withRows = `${topListeners} rows`;
  tell(`a second of ${LISTENERS + NAMESPACES + 1} series, ${withRows}`, await times(second));
  const openmetrics = 'application/openmetrics-text';
  tell(`/metrics, ${withRows}`, await times(() => route.handle('')), (await route.handle('')).body.length);
  tell(`/metrics, OpenMetrics, ${withRows}`, await times(() => route.handle(openmetrics)));
  route.close();
  const book = new MetricBook(feed, { topListeners });
  second();
  const body = () => JSON.stringify(otlpMetrics(book.families(), { nowMs: Date.now() }));
  tell(`an OTLP export, gzipped, ${withRows}`, await times(() => gzipSync(body())), gzipSync(body()).length);
  book.close();
}

function aFeed() {
  const subjects = new Map();
  const add = (id, kind, about) => subjects.set(id, { id, kind, identity: String(id), about });
  add(1, 'host', {});
  for (let at = 0; at < NAMESPACES; at++) add(100 + at, 'namespace', { name: `container-${at}` });
  for (let at = 0; at < LISTENERS; at++)
    add(1000 + at, 'listener', {
      namespace: `container-${at % NAMESPACES}`,
      address: '0.0.0.0',
      port: 8000 + at,
      process: 'nginx',
    });
  const heard = new Set();
  const feed = {
    subjects,
    openIncidents: [],
    status: {
      hostname: 'h',
      kernelRelease: 'k',
      tool: { name: 'halfopen', version: '0' },
      startedMs: 0,
      store: null,
      unseen: [],
      standing: [],
    },
    subscribe: (listener) => {
      heard.add(listener);
      return () => heard.delete(listener);
    },
  };
  let atSecond = 1_800_000_000;
  const second = () => {
    atSecond++;
    const values = new Map();
    for (const { id, kind } of subjects.values())
      values.set(
        id,
        Int32Array.from(channelsOfKind[kind], (_channel, at) => (id * 31 + at * 17 + atSecond) % 500),
      );
    const event = { kind: 'second', second: { atSecond, values } };
    // Making the values up is not what is measured.
    const fromMs = performance.now();
    for (const listener of heard) listener(event);
    return performance.now() - fromMs;
  };
  return { feed, second };
}

/** Milliseconds; `run` may answer with its own measurement. */
async function times(run) {
  const taken = [];
  for (let round = 0; round < rounds; round++) {
    const fromMs = performance.now();
    const own = await run();
    taken.push(typeof own === 'number' ? own : performance.now() - fromMs);
  }
  return taken.sort((a, b) => a - b);
}

function tell(what, taken, bytes) {
  const at = (share) => `${taken[Math.floor(taken.length * share)].toFixed(2)} ms`;
  const size = bytes === undefined ? '' : `${Math.round(bytes / 1024)} KiB`;
  console.log(`| ${what} | ${at(0.5)} | ${at(0.95)} | ${size} |`);
}
