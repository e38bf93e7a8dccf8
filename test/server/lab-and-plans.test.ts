import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ApiLabRun, ApiLabRuns, ApiScenarios } from '../../src/contract/api.ts';
import { openEvents } from './read-events.ts';
import { ask, startTestServer, type TestServer } from './start-test-server.ts';

let server: TestServer;
let headers: Readonly<Record<string, string>>;
beforeAll(async () => {
  server = await startTestServer({ allowLab: true, allowTune: true });
  const { csrf } = JSON.parse((await ask(server, '/api/v1/session')).text);
  headers = { 'content-type': 'application/json', 'x-halfopen-csrf': csrf };
});
afterAll(() => server.close());

const post = (target: string, body: unknown) =>
  ask(server, target, { method: 'POST', headers, body: JSON.stringify(body) });

describe('the lab', () => {
  it('lists its scenarios', async () => {
    const { scenarios } = JSON.parse((await ask(server, '/api/v1/lab/scenarios')).text) as ApiScenarios;
    const refused = scenarios.find(({ name }) => name === 'connect-refused');
    expect(refused?.title).toMatch(/closed port/i);
    expect(scenarios.find(({ name }) => name === 'accept-queue-overflow')?.settings).toContainEqual(
      expect.objectContaining({ name: 'backlog', value: expect.stringMatching(/^\d+$/) }),
    );
  });
});

describe.skipIf(process.getuid?.() !== 0)('a scenario (needs root)', () => {
  it('is foretold, played, followed and measured; one at a time', async () => {
    const request = { scenario: 'accept-queue-overflow', family: 'ipv6', set: { backlog: '4' }, seed: 3 };
    const started = await post('/api/v1/lab/runs', request);
    expect(started.status).toBe(202);
    const run = JSON.parse(started.text) as ApiLabRun;
    expect(run).toMatchObject({
      state: 'running',
      family: 'ipv6',
      settings: { backlog: 4 },
      run: null,
      failure: null,
    });
    expect(run.predicted?.limits?.acceptQueue).toBe(5);
    expect(await post('/api/v1/lab/runs', request)).toMatchObject({ status: 409 });
    const viewer = await openEvents(`${server.url}api/v1/lab/runs/${run.id}/events`);
    let last: ApiLabRun;
    do {
      const { name, data } = await viewer.next();
      expect(name).toBe('run');
      last = data as ApiLabRun;
    } while (last.state === 'running');
    expect(last).toMatchObject({
      state: 'done',
      failure: null,
      run: { complete: true, family: 'ipv6', seed: 3 },
    });
    expect(last.run?.checks.length).toBeGreaterThan(0);
    expect(last.progress.length).toBeGreaterThan(0);
    await expect(viewer.next()).rejects.toThrow('has ended');
    expect(JSON.parse((await ask(server, `/api/v1/lab/runs/${run.id}`)).text)).toEqual(last);
    const { runs } = JSON.parse((await ask(server, '/api/v1/lab/runs')).text) as ApiLabRuns;
    expect(runs[0]).toEqual({
      id: run.id,
      scenario: run.scenario,
      family: 'ipv6',
      startedMs: run.startedMs,
      state: 'done',
    });
  });

  it('is stopped when somebody says so', async () => {
    const { id } = JSON.parse(
      (await post('/api/v1/lab/runs', { scenario: 'connect-timeout' })).text,
    ) as ApiLabRun;
    await new Promise((resolve) => setTimeout(resolve, 1500));
    const stopped = await post(`/api/v1/lab/runs/${id}/stop`, {});
    expect(JSON.parse(stopped.text)).toMatchObject({ id, state: 'stopped', failure: null });
    // Nothing stands in the way of the next one.
    const next = JSON.parse(
      (await post('/api/v1/lab/runs', { scenario: 'connect-timeout' })).text,
    ) as ApiLabRun;
    await post(`/api/v1/lab/runs/${next.id}/stop`, {});
  });
});

describe('a plan', () => {
  it('is what tune plan says', async () => {
    const { status, text } = await post('/api/v1/tune/plan', { netns: 'self', forSeconds: 1 });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({
      schemaVersion: 1,
      tool: { name: 'halfopen' },
      changes: expect.any(Array),
    });
  });

  it('fails in its words', async () => {
    const { status, text } = await post('/api/v1/tune/plan', { netns: 'no-such-namespace', forSeconds: 1 });
    expect(status).toBe(400);
    expect(JSON.parse(text).error.said).toContain('--netns no-such-namespace');
  });

  it('is made one at a time, and not for somebody who has gone', async () => {
    const first = post('/api/v1/tune/plan', { netns: 'self', forSeconds: 1 });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect((await post('/api/v1/tune/plan', { netns: 'self', forSeconds: 1 })).status).toBe(409);
    expect((await first).status).toBe(200);
    const leaving = new AbortController();
    const left = fetch(`${server.url}api/v1/tune/plan`, {
      method: 'POST',
      headers,
      body: '{"netns":"self","forSeconds":60}',
      signal: leaving.signal,
    }).catch(() => 'left');
    await new Promise((resolve) => setTimeout(resolve, 700));
    leaving.abort();
    expect(await left).toBe('left');
    let status = 409;
    for (let at = 0; status === 409 && at < 50; at++) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      status = (await post('/api/v1/tune/plan', { netns: 'self', forSeconds: 1 })).status;
    }
    expect(status).toBe(200);
  });
});
