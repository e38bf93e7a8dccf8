import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { RecorderLog } from '../../../src/app/record/recorder-options.ts';
import { allMetrics } from '../../../src/server/metrics/catalogue/all-metrics.ts';
import { type Otlp, startOtlp } from '../../../src/server/otlp/start-otlp.ts';
import type { FakeFeed } from '../../recording/fake-feed.ts';
import { anIncident, busyFeed, START, tell } from '../metrics/busy-feed.ts';
import { Collector } from './collector.ts';

const quick = {
  intervalMs: 40,
  gatherMs: 10,
  timeoutMs: 500,
  firstRetryMs: 20,
  lastRetryMs: 80,
  closeMs: 300,
};
/** One export of metrics at the end, and none before. */
const onlyLogs = { ...quick, intervalMs: 1_000_000 };

let collector: Collector;
let url: string;
let feed: FakeFeed;
let running: Otlp | undefined;
let told: string[];
const note = (message: string, facts?: Readonly<Record<string, unknown>>): void => {
  told.push(`${message} ${JSON.stringify(facts ?? {})}`);
};
const log: RecorderLog = { info: note, warn: note, error: note };

function start(to: string, timing: typeof quick = quick, headers?: string): Otlp {
  const environment = headers === undefined ? {} : { OTEL_EXPORTER_OTLP_HEADERS: headers };
  running = startOtlp(feed, to, log, { timing, environment });
  return running;
}

beforeEach(async () => {
  collector = new Collector();
  url = await collector.start();
  feed = busyFeed(3);
  told = [];
});
afterEach(async () => {
  await running?.close();
  running = undefined;
  await collector.stop();
});

const taken = (path: string, count: number): Promise<void> =>
  vi.waitFor(() => expect(collector.of(path).length).toBeGreaterThanOrEqual(count), {
    timeout: 5000,
    interval: 5,
  });

describe('metrics', () => {
  it('have the shape of ExportMetricsServiceRequest in protobuf’s JSON', async () => {
    const beforeMs = Date.now();
    start(url);
    tell(feed, START, { 11: { drops: 3, cpu: 250 } });
    tell(feed, START + 1, { 11: { drops: 4, cpu: 250 } });
    feed.incident(anIncident);
    await taken('/v1/metrics', 2);
    const received = collector.of('/v1/metrics')[0];
    expect(received?.headers).toMatchObject({
      'content-type': 'application/json',
      'content-encoding': 'gzip',
    });
    expect(Object.keys(received?.body)).toEqual(['resourceMetrics']);
    const [resourceMetrics] = received?.body.resourceMetrics ?? [];
    expect(resourceMetrics.resource.attributes).toEqual(
      expect.arrayContaining([
        { key: 'service.name', value: { stringValue: 'halfopen' } },
        { key: 'host.name', value: { stringValue: 'logs-2' } },
        { key: 'service.instance.id', value: { stringValue: 'logs-2-1800000000000' } },
      ]),
    );
    const [scopeMetrics] = resourceMetrics.scopeMetrics;
    expect(scopeMetrics.scope).toEqual({ name: 'halfopen', version: '0.1.0' });
    const seen = new Map(allMetrics.map((metric) => [metric.name.replace(/_total$/, ''), metric]));
    expect(scopeMetrics.metrics.length).toBeGreaterThan(45);
    for (const { name, description, unit, gauge, sum, ...rest } of scopeMetrics.metrics) {
      const metric = seen.get(name);
      expect(rest).toEqual({});
      expect(description).toBe(metric?.help);
      expect(unit).toMatch(/^(s|By|1||\{[a-z]+\})$/);
      expect(sum === undefined).toBe(metric?.type === 'gauge');
      expect(gauge === undefined).toBe(metric?.type === 'counter');
      if (sum) expect(sum).toMatchObject({ aggregationTemporality: 2, isMonotonic: true });
      for (const point of (sum ?? gauge).dataPoints) {
        expect(point.timeUnixNano).toMatch(/^\d{19}$/);
        expect(typeof point.asDouble).toBe('number');
        for (const { key, value } of point.attributes) {
          expect(key).toMatch(/^[a-z_]+$/);
          expect(Object.keys(value)).toEqual(['stringValue']);
        }
        if (sum)
          expect(Number(BigInt(point.startTimeUnixNano) / 1_000_000n)).toBeGreaterThanOrEqual(beforeMs);
        if (sum) expect(BigInt(point.startTimeUnixNano)).toBeLessThanOrEqual(BigInt(point.timeUnixNano));
      }
    }
    const drops = scopeMetrics.metrics.find(
      (one: { name: string }) => one.name === 'halfopen_listener_drops',
    );
    expect(drops.unit).toBe('{packets}');
    expect(drops.sum.dataPoints[0]).toMatchObject({
      attributes: [
        { key: 'namespace', value: { stringValue: 'web' } },
        { key: 'listener', value: { stringValue: '[::]:81' } },
      ],
      asDouble: 7,
    });
  });

  it('go out once in each interval, the last ones at the end', async () => {
    const otlp = start(url, { ...quick, intervalMs: 100 });
    tell(feed, START, { 10: { drops: 1 } });
    await taken('/v1/metrics', 3);
    const times = collector.of('/v1/metrics').map(({ atMs }) => atMs);
    expect((times[2] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(150);
    tell(feed, START + 1, { 10: { drops: 9 } });
    await otlp.close();
    const last = collector.of('/v1/metrics').at(-1)?.body.resourceMetrics[0].scopeMetrics[0].metrics;
    const drops = last.find((one: { name: string }) => one.name === 'halfopen_all_listeners_drops');
    expect(drops.sum.dataPoints[0].asDouble).toBe(10);
    const count = collector.taken.length;
    await sleep(250);
    expect(collector.taken.length).toBe(count);
  });
});

describe('incidents', () => {
  it('are log records when they open, change their severity and close', async () => {
    start(url, onlyLogs);
    const warning = { ...anIncident, severity: 'warning' } as const;
    feed.incident(warning);
    feed.incident({ ...warning, updatedMs: warning.updatedMs + 1 });
    feed.incident(anIncident);
    feed.incident({ ...anIncident, closedMs: anIncident.updatedMs + 30_000 });
    feed.incident({ ...anIncident, closedMs: anIncident.updatedMs + 30_000 });
    await taken('/v1/logs', 1);
    const [request] = collector.of('/v1/logs');
    expect(Object.keys(request?.body)).toEqual(['resourceLogs']);
    expect(request?.body.resourceLogs[0].resource.attributes[0]).toEqual({
      key: 'service.name',
      value: { stringValue: 'halfopen' },
    });
    const facts = collector.records.map((record) => [
      record.attributes[0].value.stringValue,
      record.severityNumber,
      record.severityText,
      record.timeUnixNano,
    ]);
    expect(facts).toEqual([
      ['halfopen.incident.opened', 13, 'warning', `${START}000000000`],
      ['halfopen.incident.severity_changed', 17, 'critical', `${START + 5}000000000`],
      ['halfopen.incident.closed', 9, 'info', `${START + 35}000000000`],
    ]);
    const [first] = collector.records;
    expect(first.body).toEqual({ stringValue: anIncident.title });
    expect(first.observedTimeUnixNano).toMatch(/^\d{19}$/);
    expect(first.attributes).toEqual(
      expect.arrayContaining([
        { key: 'halfopen.incident.id', value: { stringValue: anIncident.id } },
        { key: 'halfopen.finding', value: { stringValue: 'accept-queue-overflow' } },
        { key: 'halfopen.namespace', value: { stringValue: 'web' } },
        { key: 'halfopen.listener', value: { stringValue: '0.0.0.0:80' } },
      ]),
    );
  });

  it('that go on when the export begins are told', async () => {
    feed.incident(anIncident);
    start(url, onlyLogs);
    await taken('/v1/logs', 1);
    expect(collector.titles).toEqual([anIncident.title]);
  });

  it('go together, and to an IPv6 collector below a path', async () => {
    const ipv6 = new Collector();
    try {
      const otlp = start(`${await ipv6.start('::1')}/otlp/`, onlyLogs);
      for (let at = 0; at < 20; at++) feed.incident({ ...anIncident, id: `i${at}`, title: `t${at}` });
      await otlp.close();
      expect(ipv6.taken.map(({ path }) => path).sort()).toEqual(['/otlp/v1/logs', '/otlp/v1/metrics']);
    } finally {
      await ipv6.stop();
    }
  });
});

describe('a collector in trouble', () => {
  const told20 = (): string[] => Array.from({ length: 20 }, (_, at) => `t${at}`);

  async function twentyIncidents(): Promise<void> {
    for (const title of told20()) {
      feed.incident({ ...anIncident, id: title, title });
      await sleep(10);
    }
  }

  it.each([429, 502, 503, 504])(
    '%i for a while: nothing is lost, nothing comes twice, in order',
    async (status) => {
      let failures = 3;
      collector.misbehave = (path, response) => {
        if (path !== '/v1/logs' || failures-- <= 0) return false;
        response.writeHead(status).end('busy');
        return true;
      };
      start(url, onlyLogs);
      await twentyIncidents();
      await vi.waitFor(() => expect(collector.titles).toEqual(told20()), { timeout: 5000 });
      expect(told.filter((line) => line.includes('cannot be exported'))).toHaveLength(1);
      expect(told.some((line) => line.includes('exported again'))).toBe(true);
    },
  );

  it('absent for a while: nothing is lost', async () => {
    await collector.stop();
    start(url);
    tell(feed, START, { 10: { drops: 1 } });
    await twentyIncidents();
    await vi.waitFor(() => expect(told.join()).toContain('ECONNREFUSED'), { timeout: 5000 });
    await collector.start();
    await vi.waitFor(() => expect(collector.titles).toEqual(told20()), { timeout: 5000 });
    await taken('/v1/metrics', 4);
    const times = collector
      .of('/v1/metrics')
      .map(({ body }) => body.resourceMetrics[0].scopeMetrics[0].metrics[0]?.sum?.dataPoints[0].timeUnixNano);
    expect(times).toEqual(times.toSorted());
  });

  it('that breaks connections in the middle: tried again', async () => {
    let failures = 2;
    collector.misbehave = (path, response) => {
      if (path !== '/v1/logs' || failures-- <= 0) return false;
      response.destroy();
      return true;
    };
    start(url, onlyLogs);
    await twentyIncidents();
    await vi.waitFor(() => expect(collector.titles).toEqual(told20()), { timeout: 5000 });
  });

  it('that never answers: given up after the timeout, tried again', async () => {
    let failures = 1;
    collector.misbehave = (path) => path === '/v1/logs' && failures-- > 0;
    start(url, { ...onlyLogs, timeoutMs: 100 });
    feed.incident(anIncident);
    await vi.waitFor(() => expect(collector.titles).toEqual([anIncident.title]), { timeout: 5000 });
    expect(told.join()).toContain('no answer within 0.1 s');
  });

  it.each([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 2000).toUTCString()],
  ])('Retry-After in %s is honoured', async (_form, header) => {
    let failures = 1;
    collector.misbehave = (path, response) => {
      if (path !== '/v1/logs' || failures-- <= 0) return false;
      response.writeHead(503, { 'retry-after': header() }).end();
      return true;
    };
    start(url, onlyLogs);
    feed.incident(anIncident);
    await taken('/v1/logs', 1);
    const waitedMs = (collector.of('/v1/logs')[0]?.atMs ?? 0) - (collector.refused[0]?.atMs ?? 0);
    expect(waitedMs).toBeGreaterThan(850);
    expect(waitedMs).toBeLessThan(3000);
  });

  it.each([400, 401, 404, 500, 302])('%i is final: told once, and the next ones go on', async (status) => {
    let refusing = true;
    collector.misbehave = (path, response) => {
      if (path !== '/v1/logs' || !refusing) return false;
      response.writeHead(status, { location: `${url}/elsewhere` }).end('{"message":"not like this"}');
      return true;
    };
    start(url, onlyLogs);
    for (const title of ['a', 'b']) {
      feed.incident({ ...anIncident, id: title, title });
      await vi.waitFor(() =>
        expect(collector.refused.map(({ body }) => JSON.stringify(body)).join()).toContain(title),
      );
      await sleep(50);
    }
    refusing = false;
    feed.incident({ ...anIncident, id: 'c', title: 'c' });
    await vi.waitFor(() => expect(collector.titles).toEqual(['c']), { timeout: 5000 });
    expect(collector.refused).toHaveLength(2);
    const lines = told.filter((line) => line.includes('refuses log records'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('not like this');
  });

  it('that takes a part says which', async () => {
    collector.misbehave = (path, response) => {
      if (path !== '/v1/metrics') return false;
      response.end('{"partialSuccess":{"rejectedDataPoints":"3","errorMessage":"too\\nold"}}');
      return true;
    };
    start(url);
    await vi.waitFor(() => expect(collector.refused.length).toBeGreaterThan(2), { timeout: 5000 });
    const lines = told.filter((line) => line.includes('did not take all metrics'));
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('3 rejected: too old');
  });

  it.each([
    '{}',
    '',
    'nonsense',
    '[]',
    '{"partialSuccess":null}',
    '{"partialSuccess":{}}',
    'x'.repeat(1_000_000),
  ])('whatever it says with 200, it has taken them (%#)', async (answer) => {
    collector.misbehave = (_path, response) => {
      response.end(answer);
      return true;
    };
    const otlp = start(url, onlyLogs);
    feed.incident(anIncident);
    await vi.waitFor(() => expect(collector.refused).toHaveLength(1), { timeout: 5000 });
    await otlp.close();
    expect(collector.refused.map(({ path }) => path).sort()).toEqual(['/v1/logs', '/v1/metrics']);
    expect(told).toEqual([]);
  });

  it('for too long: the oldest are lost, and that is said', async () => {
    await collector.stop();
    start(url, onlyLogs);
    for (let at = 0; at < 2100; at++) feed.incident({ ...anIncident, id: `i${at}`, title: `t${at}` });
    await vi.waitFor(() => expect(told.join()).toContain('more than 2000 log records wait'), {
      timeout: 5000,
    });
    await collector.start();
    await vi.waitFor(() => expect(collector.titles).toHaveLength(2000), { timeout: 5000 });
    expect(collector.titles[0]).toBe('t100');
    expect(collector.titles.at(-1)).toBe('t2099');
    expect(told.some((line) => line.includes('exported again') && line.includes('"lost":100'))).toBe(true);
  });

  it('at the end: what cannot be sent is counted, and it does not take long', async () => {
    collector.misbehave = () => true;
    const otlp = start(url, { ...onlyLogs, timeoutMs: 60_000 });
    feed.incident(anIncident);
    await sleep(100);
    const fromMs = performance.now();
    await otlp.close();
    expect(performance.now() - fromMs).toBeLessThan(1500);
    expect(told.join()).toContain('1 log records were not exported');
    expect(told.join()).toContain('1 metrics were not exported');
  });

  it('is not run against: an absent one costs next to nothing', async () => {
    await collector.stop();
    start(url, { ...quick, firstRetryMs: 100, lastRetryMs: 100_000 });
    const before = process.cpuUsage();
    let rounds = 0;
    const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async () => {
      rounds++;
      throw new TypeError('fetch failed');
    });
    feed.incident(anIncident);
    await sleep(1000);
    spy.mockRestore();
    const { user, system } = process.cpuUsage(before);
    // 0.1, 0.2, 0.4, 0.8 s after each other, for metrics and for logs.
    expect(rounds).toBeLessThanOrEqual(10);
    expect(rounds).toBeGreaterThanOrEqual(4);
    expect((user + system) / 1_000_000).toBeLessThan(0.7);
  });
});

describe('headers', () => {
  it('come from OTEL_EXPORTER_OTLP_HEADERS, percent-decoded, and never into the log', async () => {
    const otlp = start(
      url,
      onlyLogs,
      'authorization=Bearer%20s3cret%3D, X-Scope-OrgID = 7 ,content-type=text/plain,bad name=s3cret,=s3cret,y=%zz-s3cret,z=a%0d%0ab,',
    );
    await otlp.close();
    const headers = collector.taken[0]?.headers;
    expect(headers).toMatchObject({
      authorization: 'Bearer s3cret=',
      'x-scope-orgid': '7',
      'content-type': 'application/json',
    });
    expect(headers).not.toHaveProperty('z');
    expect(told.map((line) => /"position":(\d)/.exec(line)?.[1])).toEqual(['3', '4', '5', '6', '7']);
    expect(told.join()).not.toContain('s3cret');
  });

  it('a user and password in the URL become authorization', async () => {
    const otlp = start(url.replace('http://', 'http://me:p%40ss@'), onlyLogs);
    await otlp.close();
    expect(collector.taken[0]?.headers.authorization).toBe(`Basic ${btoa('me:p@ss')}`);
  });
});

describe('a URL that is none', () => {
  it.each(['localhost:4318', 'ftp://x', '', 'http://', 'http://me:s3cret@h/?a=b', 'http://h/#x'])(
    '%s',
    (wrong) => {
      expect(() => startOtlp(feed, wrong, log)).toThrow(/cannot export to/);
      try {
        startOtlp(feed, wrong, log);
      } catch (error) {
        expect(error).toMatchObject({ exitCode: 2 });
        expect(String(error)).not.toContain('s3cret');
      }
    },
  );
});
