import { spawnSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { chooseFormat } from '../../../src/server/metrics/choose-format.ts';
import { type MetricsRoute, metricsRoute } from '../../../src/server/metrics/metrics-route.ts';
import { notMeasured } from '../../../src/tcp/recording/channel.ts';
import { FakeFeed } from '../../recording/fake-feed.ts';
import { anIncident, busyFeed, START, tell } from './busy-feed.ts';
import { type ParsedFamily, parseExposition } from './parse-exposition.ts';

const OPENMETRICS = 'application/openmetrics-text;version=1.0.0';

async function read(route: MetricsRoute, accept = ''): Promise<Map<string, ParsedFamily>> {
  const { body } = await route.handle(accept);
  return parseExposition(body, accept === OPENMETRICS ? 'openmetrics' : 'prometheus');
}

async function values(
  route: MetricsRoute,
  name: string,
  by: string,
): Promise<Record<string, number> | undefined> {
  const samples = (await read(route)).get(name)?.samples;
  return samples && Object.fromEntries(samples.map(({ labels, value }) => [labels[by] ?? '', value]));
}

// Root gets it installed by .ci/run: there a missing one fails.
const cannotHavePromtool =
  spawnSync('promtool', ['--version']).error !== undefined && process.getuid?.() !== 0;

describe('/metrics', () => {
  it('tells a second in base units', async () => {
    const feed = busyFeed(1);
    const route = metricsRoute(feed, { topListeners: 10 });
    const second = {
      queueMax: 129,
      queueMean: 64_500,
      fullShare: 300,
      limit: 128,
      drops: 40,
      acceptedAtLeast: 7,
      synRecv: 3,
      synAckRetransmissions: 2,
      resetsSent: 1,
      cpu: 250,
      descriptors: 19,
    };
    tell(
      feed,
      START,
      { 10: second },
      { closeWait: 4, retransmittedSegments: 6 },
      { ownMemory: 1024, ownCpu: 12 },
    );
    tell(
      feed,
      START + 1,
      { 10: second },
      { closeWait: 5, retransmittedSegments: 6 },
      { ownMemory: 1024, ownCpu: 12 },
    );
    const families = await read(route);
    const value = (name: string): number | undefined => families.get(name)?.samples[0]?.value;
    expect(families.get('halfopen_listener_drops_total')?.samples).toEqual([
      {
        name: 'halfopen_listener_drops_total',
        labels: { namespace: 'web', listener: '0.0.0.0:80' },
        value: 80,
      },
    ]);
    expect(value('halfopen_listener_accept_queue_max_connections')).toBe(129);
    expect(value('halfopen_listener_accept_queue_mean_connections')).toBe(64.5);
    expect(value('halfopen_listener_accept_queue_limit_connections')).toBe(128);
    expect(value('halfopen_listener_accept_queue_full_ratio')).toBe(0.3);
    expect(value('halfopen_listener_accept_queue_full_seconds_total')).toBe(0.6);
    expect(value('halfopen_listener_accepted_at_least_total')).toBe(14);
    expect(value('halfopen_listener_syn_recv_requests')).toBe(3);
    expect(value('halfopen_listener_syn_ack_retransmissions_total')).toBe(4);
    expect(value('halfopen_listener_resets_sent_total')).toBe(2);
    expect(value('halfopen_listener_process_cpu_seconds_total')).toBe(0.5);
    expect(value('halfopen_listener_process_open_descriptors')).toBe(19);
    expect(value('halfopen_all_listeners_drops_total')).toBe(80);
    expect(value('halfopen_namespace_retransmitted_segments_total')).toBe(12);
    expect(value('halfopen_recorder_resident_memory_bytes')).toBe(1_048_576);
    expect(value('halfopen_recorder_cpu_seconds_total')).toBe(0.024);
    expect(await values(route, 'halfopen_namespace_sockets', 'state')).toMatchObject({
      close_wait: 5,
      time_wait: 0,
    });
    expect(families.get('halfopen_listener_info')?.samples[0]?.labels.process).toBe('nginx');
    route.close();
  });

  it('leaves out what nobody measured', async () => {
    const feed = busyFeed(1);
    const route = metricsRoute(feed, { topListeners: 10 });
    expect((await read(route)).has('halfopen_listener_drops_total')).toBe(false);
    expect((await read(route)).has('halfopen_host_tcp_memory_pages')).toBe(false);
    tell(feed, START, { 10: { drops: notMeasured, cpu: notMeasured } }, {}, { tcpMemory: notMeasured });
    const families = await read(route);
    expect(families.has('halfopen_listener_drops_total')).toBe(false);
    expect(families.has('halfopen_all_listeners_drops_total')).toBe(false);
    expect(families.has('halfopen_listener_process_cpu_seconds_total')).toBe(false);
    expect(families.has('halfopen_host_tcp_memory_pages')).toBe(false);
    expect(families.has('halfopen_listener_accept_queue_limit_connections')).toBe(true);
    route.close();
  });

  it('the peak of a minute outlives the second, and no longer', async () => {
    const feed = busyFeed(1);
    const route = metricsRoute(feed, { topListeners: 10 });
    const peak = () => values(route, 'halfopen_listener_accept_queue_peak_connections', 'listener');
    tell(feed, START, { 10: { queueMax: 100 } });
    for (let at = 1; at < 60; at++) tell(feed, START + at);
    expect(await peak()).toEqual({ '0.0.0.0:80': 100 });
    tell(feed, START + 60);
    expect(await peak()).toEqual({ '0.0.0.0:80': 0 });
    route.close();
  });

  it('what is old is not told as if it were so now; totals stay', async () => {
    const feed = busyFeed(1);
    let ms = 5000;
    const route = metricsRoute(feed, { topListeners: 10, clock: { nowMs: () => 0, monotonicMs: () => ms } });
    tell(feed, START, { 10: { drops: 3 } });
    ms += 10_000;
    expect((await read(route)).has('halfopen_listener_accept_queue_max_connections')).toBe(true);
    ms += 500;
    const families = await read(route);
    expect(families.has('halfopen_listener_accept_queue_max_connections')).toBe(false);
    expect(families.get('halfopen_listener_drops_total')?.samples[0]?.value).toBe(3);
    expect(families.get('halfopen_recorder_sample_age_seconds')?.samples[0]?.value).toBe(10.5);
    route.close();
  });

  it('the others: counts add up, of queues the worst, and no limit that is nobody’s', async () => {
    const feed = busyFeed(4);
    const route = metricsRoute(feed, { topListeners: 1 });
    tell(feed, START, {
      10: { drops: 9 },
      11: { queueMax: 3, drops: 2, synRecv: 1, cpu: 500 },
      12: { queueMax: 8, drops: 1, synRecv: 4, cpu: 500 },
      13: { synRecv: notMeasured },
    });
    expect(await values(route, 'halfopen_listener_drops_total', 'listener')).toEqual({
      '0.0.0.0:80': 9,
      other: 3,
    });
    expect(await values(route, 'halfopen_listener_accept_queue_max_connections', 'listener')).toMatchObject({
      other: 8,
    });
    expect(await values(route, 'halfopen_listener_syn_recv_requests', 'listener')).toMatchObject({
      other: 5,
    });
    expect(await values(route, 'halfopen_listener_accept_queue_limit_connections', 'listener')).toEqual({
      '0.0.0.0:80': 128,
    });
    expect(await values(route, 'halfopen_listener_process_cpu_seconds_total', 'listener')).toEqual({
      '0.0.0.0:80': 0,
    });
    expect(await values(route, 'halfopen_recorder_listeners', '')).toEqual({ '': 4 });
    expect(await values(route, 'halfopen_recorder_listeners_in_other', '')).toEqual({ '': 3 });
    route.close();
  });

  it('two series of the same labels are one row', async () => {
    const feed = busyFeed(1);
    feed.addListener(99, '0.0.0.0', 80, { namespace: 'web' });
    const route = metricsRoute(feed, { topListeners: 10 });
    tell(feed, START, { 10: { drops: 1, queueMax: 4 }, 99: { drops: 2, queueMax: 5 } });
    expect(await values(route, 'halfopen_listener_drops_total', 'listener')).toEqual({ '0.0.0.0:80': 3 });
    expect(await values(route, 'halfopen_listener_accept_queue_max_connections', 'listener')).toEqual({
      '0.0.0.0:80': 5,
    });
    route.close();
  });

  it('IPv6 listeners as people write them, and names that are no labels', async () => {
    const feed = new FakeFeed();
    feed.addListener(1, '2001:db8::1', 443, { namespace: 'a"b\\c\nd\u0000\ud800', process: '' });
    feed.addListener(2, '::', 80, { namespace: 'other', process: 'x'.repeat(500) });
    const route = metricsRoute(feed, { topListeners: 10 });
    feed.second(START, { 1: { drops: 1 }, 2: { drops: 2 } });
    const samples = (await read(route, OPENMETRICS)).get('halfopen_listener_drops')?.samples;
    expect(samples?.map(({ labels }) => labels)).toEqual([
      { namespace: 'other_', listener: '[::]:80' },
      { namespace: 'a"b\\c_d__', listener: '[2001:db8::1]:443' },
    ]);
    const processes = (await read(route))
      .get('halfopen_listener_info')
      ?.samples.map(({ labels }) => labels.process);
    expect(processes).toEqual([`${'x'.repeat(127)}…`, 'unknown']);
    route.close();
  });

  it('says nothing more after it was closed', async () => {
    const feed = busyFeed(1);
    const route = metricsRoute(feed, { topListeners: 10 });
    tell(feed, START, { 10: { drops: 1 } });
    route.close();
    tell(feed, START + 1, { 10: { drops: 1 } });
    expect(await values(route, 'halfopen_listener_drops_total', 'listener')).toEqual({ '0.0.0.0:80': 1 });
  });

  it('answers several at once in both formats', async () => {
    const feed = busyFeed(3);
    const clock = { nowMs: () => 0, monotonicMs: () => 0 };
    const route = metricsRoute(feed, { topListeners: 2, clock });
    tell(feed, START);
    const answers = await Promise.all(
      ['', OPENMETRICS, '', OPENMETRICS].map((accept) => route.handle(accept)),
    );
    expect(answers[0]).toEqual(answers[2]);
    expect(answers[1]?.body).toMatch(/# EOF\n$/);
    expect(answers[0]?.body).not.toContain('# EOF');
    expect(answers[0]?.contentType).toBe('text/plain; version=0.0.4; charset=utf-8');
    expect(answers[1]?.contentType).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    route.close();
  });
});

describe('incidents', () => {
  it('open ones by what they are about; opened ones counted once', async () => {
    const feed = busyFeed(1);
    const route = metricsRoute(feed, { topListeners: 10 });
    const total = async () =>
      (await values(route, 'halfopen_incidents_total', 'finding'))?.['accept-queue-overflow'];
    expect(await total()).toBe(0);
    expect((await read(route)).has('halfopen_incidents_open')).toBe(false);
    feed.incident(anIncident);
    feed.incident({ ...anIncident, updatedMs: anIncident.updatedMs + 1000 });
    const families = await read(route);
    const labels = {
      namespace: 'web',
      listener: '0.0.0.0:80',
      finding: 'accept-queue-overflow',
      severity: 'critical',
    };
    expect(families.get('halfopen_incidents_open')?.samples).toMatchObject([{ labels, value: 1 }]);
    expect(families.get('halfopen_incident_opened_timestamp_seconds')?.samples).toMatchObject([
      { labels, value: START },
    ]);
    feed.incident({ ...anIncident, closedMs: anIncident.updatedMs });
    feed.incident({ ...anIncident, closedMs: anIncident.updatedMs });
    expect((await read(route)).has('halfopen_incidents_open')).toBe(false);
    expect(await total()).toBe(1);
    feed.incident({ ...anIncident, id: '20270115-090000-bbbb' });
    expect(await total()).toBe(2);
    route.close();
  });

  it('those that go on when somebody begins to count are counted', async () => {
    const feed = busyFeed(1);
    feed.incident(anIncident);
    const route = metricsRoute(feed, { topListeners: 10 });
    feed.incident({ ...anIncident, updatedMs: anIncident.updatedMs + 1 });
    expect(await values(route, 'halfopen_incidents_total', 'finding')).toMatchObject({
      'accept-queue-overflow': 1,
    });
    route.close();
  });

  it('are bounded: the worst and oldest keep their names', async () => {
    const feed = busyFeed(1);
    const route = metricsRoute(feed, { topListeners: 2 });
    for (let at = 0; at < 50; at++)
      feed.incident({
        ...anIncident,
        id: `i${at}`,
        subject: `10.0.0.${at}:80`,
        severity: at === 40 ? 'critical' : 'warning',
        openedMs: anIncident.openedMs + at,
      });
    const samples = (await read(route)).get('halfopen_incidents_open')?.samples;
    expect(samples?.map(({ labels, value }) => [labels.listener, labels.severity, value])).toEqual([
      ['10.0.0.40:80', 'critical', 1],
      ['10.0.0.0:80', 'warning', 1],
      ['other', 'warning', 48],
    ]);
    route.close();
  });
});

describe('the text', () => {
  const full = async (accept: string) => {
    const feed = busyFeed(12);
    feed.incident(anIncident);
    const route = metricsRoute(feed, { topListeners: 5 });
    tell(feed, START, { 11: { drops: 3 } });
    const { body } = await route.handle(accept);
    route.close();
    return body;
  };

  it.skipIf(cannotHavePromtool)('is clean for promtool check metrics (needs promtool)', async () => {
    const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
      input: await full(''),
      encoding: 'utf8',
    });
    expect(stdout + stderr).toBe('');
    expect(status).toBe(0);
  });

  it.each([
    ['prometheus', ''],
    ['openmetrics', OPENMETRICS],
  ] as const)('keeps to the grammar of %s', async (format, accept) => {
    const families = parseExposition(await full(accept), format);
    expect(families.size).toBeGreaterThan(45);
    for (const { name, type, samples } of families.values()) {
      expect(samples.length, name).toBeGreaterThan(0);
      // OpenMetrics names the family, 0.0.4 the samples.
      expect(name.endsWith('_total'), name).toBe(type === 'counter' && format === 'prometheus');
    }
  });
});

describe('the format', () => {
  it.each([
    ['', 'prometheus'],
    ['*/*', 'prometheus'],
    ['text/html,application/xhtml+xml,*/*;q=0.8', 'prometheus'],
    ['application/openmetrics-text', 'openmetrics'],
    [
      'application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1',
      'openmetrics',
    ],
    ['application/openmetrics-text; version=0.0.1, text/plain;q=0.5', 'prometheus'],
    ['application/openmetrics-text;version=1.0.0;q=0.2, text/plain;q=0.5', 'prometheus'],
    ['application/openmetrics-text;q=0', 'prometheus'],
    [';;;,q=,application/openmetrics-text;q=nonsense', 'prometheus'],
  ])('of "%s" is %s', (accept, format) => {
    expect(chooseFormat(accept)).toBe(format);
  });
});
