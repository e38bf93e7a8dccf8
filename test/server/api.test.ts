import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiHello, ApiIncident, ApiIncidentList, ApiSeriesList } from '../../src/contract/api.ts';
import { HistoryStore } from '../../src/history/store/history-store.ts';
import { listenerChannels } from '../../src/tcp/recording/channel.ts';
import type { Incident } from '../../src/tcp/recording/incident.ts';
import { openEvents } from './read-events.ts';
import { ask, startTestServer, type TestServer, temporaryFolder } from './start-test-server.ts';

const START = 1_780_000_020;
const incident: Incident = {
  id: '20270115-080000-aaaa',
  openedMs: START * 1000,
  closedMs: null,
  updatedMs: START * 1000 + 5000,
  worstMs: START * 1000 + 2000,
  finding: 'accept-queue-overflow',
  severity: 'critical',
  namespace: 'host',
  subject: '[::]:80',
  title: 'drops\n"connections"',
};

const place = temporaryFolder();
const file = path.join(place.folder, 'history.db');
let store: HistoryStore;
let server: TestServer;
let ids: readonly number[] = [];

beforeAll(async () => {
  store = HistoryStore.openForRecording(file).store;
  ids = ['0.0.0.0:80', '[::]:443'].map((address) =>
    store.series.idOf({ kind: 'listener', identity: `host ${address}`, about: {} }, listenerChannels, START),
  );
  for (let at = 0; at < 150; at++) {
    const row = new Int32Array(listenerChannels.length).fill(at);
    store.blocks.append(START + at, new Map(ids.map((id) => [id, row])));
  }
  while (store.packNext(START + 150));
  store.incidents.put(incident, { detailVersion: 1 });
  store.incidents.putBlackBox(incident.id, { fromMs: 1, toMs: 2, pcapng: Uint8Array.of(10, 13, 13, 10) });
  server = await startTestServer({ storeFile: file });
});

afterAll(async () => {
  await server.close();
  store[Symbol.dispose]();
  place.remove();
});

const json = async <T>(target: string): Promise<T> => {
  const { status, text, headers } = await ask(server, target);
  expect({ status, type: headers['content-type'] }).toEqual({ status: 200, type: 'application/json' });
  return JSON.parse(text) as T;
};

describe('the API', () => {
  it('gives series by second, of those that were asked for', async () => {
    const all = await json<ApiSeriesList>(`/api/v1/series?from=${START}&to=${START + 150}`);
    expect(all.series.map(({ subject }) => subject.identity)).toEqual(['host 0.0.0.0:80', 'host [::]:443']);
    expect(all.series[0]).toMatchObject({ stepSeconds: 1, startSecond: START, channels: listenerChannels });
    expect(all.series[0]?.values.queueMax).toEqual(Array.from({ length: 150 }, (_, at) => at));
    const one = await json<ApiSeriesList>(
      `/api/v1/series?from=${START}&to=${START + 150}&ids=${ids[1]}&rows=20`,
    );
    expect(one.series.map(({ subject, stepSeconds }) => [subject.id, stepSeconds])).toEqual([[ids[1], 10]]);
    expect(one.series[0]?.values.queueMax?.slice(0, 3)).toEqual([9, 19, 29]);
    expect(await json(`/api/v1/series?from=${START}&to=${START + 9}&kind=host`)).toEqual({ series: [] });
    expect((await json<ApiSeriesList>('/api/v1/series')).series).toEqual([]);
  });

  it('sees what is recorded meanwhile', async () => {
    const [id = 0] = ids;
    store.blocks.append(START + 150, new Map([[id, new Int32Array(listenerChannels.length).fill(7)]]));
    const { series } = await json<ApiSeriesList>(
      `/api/v1/series?from=${START + 149}&to=${START + 151}&ids=${id}`,
    );
    expect(series[0]?.values.drops).toEqual([149, 7]);
  });

  it('gives incidents with what was kept of them', async () => {
    expect(await json<ApiIncidentList>('/api/v1/incidents')).toEqual({ incidents: [incident] });
    expect(await json<ApiIncidentList>(`/api/v1/incidents?since=${incident.updatedMs + 1}`)).toEqual({
      incidents: [],
    });
    expect(await json<ApiIncident>(`/api/v1/incidents/${incident.id}`)).toEqual({
      incident,
      detail: { detailVersion: 1 },
      blackBox: { fromMs: 1, toMs: 2, bytes: 4 },
    });
    const capture = await ask(server, `/api/v1/incidents/${incident.id}/capture.pcapng`);
    expect(capture).toMatchObject({
      status: 200,
      text: '\n\r\r\n',
      headers: {
        'content-type': 'application/x-pcapng',
        'content-disposition': `attachment; filename="halfopen-${incident.id}.pcapng"`,
      },
    });
    for (const target of ['/api/v1/incidents/x', '/api/v1/incidents/x/capture.pcapng'])
      expect(await ask(server, target)).toMatchObject({ status: 404, text: expect.stringContaining('no') });
  });

  it('counts sockets of this host', async () => {
    const byState = await json<{ total: number; groups: { key: string }[] }>('/api/v1/sockets?netns=self');
    expect(byState.total).toBeGreaterThan(0);
    expect(byState.groups.map(({ key }) => key)).toContain('LISTEN');
    const listeners = await json<{ groups: { key: string; count: number }[] }>(
      `/api/v1/sockets?by=listener&port=${server.port}&netns=self`,
    );
    expect(listeners.groups[0]?.key).toBe(String(server.port));
  });

  it('judges what this host has set, worst first', async () => {
    const { namespaces, parameters } = await json<{
      namespaces: string[];
      parameters: { name: string; values: Record<string, string>; judgement: string; because: string }[];
    }>('/api/v1/tune/parameters');
    expect(namespaces.length).toBeGreaterThan(0);
    const somaxconn = parameters.find(({ name }) => name === 'net.core.somaxconn');
    expect(somaxconn?.values[namespaces[0] ?? '']).toMatch(/^\d+$/);
    expect(parameters.length).toBeGreaterThan(100);
    const order = ['harmful', 'obsolete', 'situational', 'unrelated', 'good'];
    const ranks = parameters.map(({ judgement }) => order.indexOf(judgement));
    expect(ranks).toEqual(ranks.toSorted((a, b) => a - b));
    expect(
      parameters.every(({ judgement, because }) => order.includes(judgement) && because !== undefined),
    ).toBe(true);
  });

  it.each([
    ['/api/v1/series?from=2&to=1', 'not before'],
    ['/api/v1/series?from=-1', 'whole number'],
    ['/api/v1/series?rows=1000000000', 'whole number from 1 to 90000'],
    [`/api/v1/series?ids=${Array.from({ length: 2000 }, () => 1)}`, 'at most 1000'],
    ['/api/v1/series?ids=1;DROP', 'whole numbers'],
    ['/api/v1/series?kind=x', 'one of host, namespace, listener'],
    [`/api/v1/series?from=0&to=253402300799&rows=90000`, 'more than one answer holds'],
    ['/api/v1/incidents?most=1e9', 'whole number'],
    ['/api/v1/sockets?by=inode', 'one of'],
    ['/api/v1/sockets?port=70000', 'whole number'],
    ['/api/v1/sockets?netns=--help%20x', 'container id'],
  ])('refuses %s', async (target, said) => {
    const { status, text } = await ask(server, target);
    expect(status).toBe(400);
    expect(JSON.parse(text).error.said).toContain(said);
  });

  it('says in its own form what there is not', async () => {
    expect(await ask(server, '/api/v1/nothing')).toMatchObject({
      status: 404,
      text: '{"error":{"attempted":"find /api/v1/nothing","said":"there is no such path"}}',
    });
    const wrong = await ask(server, '/api/v1/series', { method: 'PUT' });
    expect(wrong).toMatchObject({ status: 405, headers: { allow: 'GET, HEAD, POST' } });
  });

  it('answers HEAD without a body', async () => {
    for (const target of ['/healthz', '/api/v1/incidents', '/api/v1/events', '/'])
      expect(await ask(server, target, { method: 'HEAD' })).toMatchObject({ status: 200, text: '' });
  });
});

describe('the event stream', () => {
  it('says hello, then tells what the recorder tells', async () => {
    const { feed } = server;
    feed.addListener(1, '::', 80);
    feed.second(START, { 1: { queueMax: 3, drops: 1 } });
    const viewer = await openEvents(`${server.url}api/v1/events`);
    const hello = await viewer.next();
    expect(hello.name).toBe('hello');
    expect(hello.data as ApiHello).toMatchObject({
      status: { hostname: 'logs-2' },
      subjects: [{ id: 1, identity: 'host :::80' }],
      second: { atSecond: START, values: { 1: [3, -1, -1, -1, 1, -1, -1, -1, -1, -1, -1] } },
      openIncidents: [],
    });
    expect(Object.keys((hello.data as ApiHello).channels)).toEqual(['host', 'namespace', 'listener']);
    feed.second(START + 1, { 1: { queueMax: 4 } });
    feed.incident(incident);
    feed.addListener(2, '0.0.0.0', 81);
    expect(await viewer.next()).toMatchObject({ name: 'second', data: { atSecond: START + 1 } });
    expect(await viewer.next()).toEqual({ name: 'incident', data: incident });
    expect(await viewer.next()).toMatchObject({ name: 'subjects', data: [{ id: 2 }] });
    viewer.close();
    const next = await openEvents(`${server.url}api/v1/events`);
    expect((await next.next()).data).toMatchObject({
      openIncidents: [incident],
      subjects: [{ id: 1 }, { id: 2 }],
    });
    next.close();
  });
});

describe('without a store', () => {
  it('says that nothing is kept', async () => {
    const bare = await startTestServer();
    try {
      expect(await ask(bare, '/api/v1/incidents')).toMatchObject({
        status: 404,
        text: expect.stringContaining('this recorder keeps nothing'),
      });
    } finally {
      await bare.close();
    }
  });
});
