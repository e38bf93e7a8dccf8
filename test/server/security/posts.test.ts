import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, raw, startTestServer, type TestServer } from '../start-test-server.ts';

let server: TestServer;
let open: TestServer;
let csrf = '';
beforeAll(async () => {
  server = await startTestServer();
  open = await startTestServer({ allowLab: true, allowTune: true });
  csrf = JSON.parse((await ask(open, '/api/v1/session')).text).csrf;
});
afterAll(async () => {
  await server.close();
  await open.close();
});

const json = { 'content-type': 'application/json' };
const post = (target: string, headers: Readonly<Record<string, string>>, body = '{}', to = open) =>
  ask(to, target, { method: 'POST', headers, body });

describe('what changes something, or runs something', () => {
  it.each(['/api/v1/lab/runs', '/api/v1/tune/plan', '/api/v1/lab/runs/x/stop'])(
    'is off unless it was allowed: %s',
    async (target) => {
      const own = JSON.parse((await ask(server, '/api/v1/session')).text).csrf;
      const answer = await post(
        target,
        { ...json, 'x-halfopen-csrf': own },
        '{"scenario":"connect-refused"}',
        server,
      );
      expect(answer.status).toBe(403);
      expect(answer.text).toMatch(/halfopen serve --allow-(lab|tune)/);
    },
  );

  it.each(['/api/v1/lab/scenarios', '/api/v1/lab/runs', '/api/v1/lab/runs/x', '/api/v1/lab/runs/x/events'])(
    'cannot be looked at either: %s',
    async (target) => {
      expect((await ask(server, target)).status).toBe(403);
    },
  );

  it.each([
    '/api/v1/session',
    '/api/v1/series',
    '/api/v1/incidents',
    '/api/v1/incidents/x',
    '/api/v1/sockets',
    '/api/v1/tune/parameters',
    '/api/v1/tune/apply',
    '/api/v1/events',
    '/',
    '/healthz',
  ])('is nothing else: POST %s', async (target) => {
    const answer = await post(target, { ...json, 'x-halfopen-csrf': csrf });
    expect([403, 404, 405]).toContain(answer.status);
  });

  it.each(['PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND'])('is not done by %s', async (method) => {
    expect(
      (await ask(open, '/api/v1/lab/runs', { method, headers: { 'x-halfopen-csrf': csrf } })).status,
    ).toBe(405);
  });
});

describe('requests that a page of another site makes', () => {
  it.each([
    ['without the token', {}],
    ['with a wrong one', { 'x-halfopen-csrf': 'x'.repeat(43) }],
    ['with an empty one', { 'x-halfopen-csrf': '' }],
  ])('are refused %s', async (_, headers) => {
    const answer = await post('/api/v1/tune/plan', { ...json, ...headers } as Record<string, string>);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('x-halfopen-csrf') });
  });

  it.each<Readonly<Record<string, string>>>([
    { origin: 'https://evil.example' },
    { origin: 'http://localhost:1' },
    { origin: 'null' },
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': 'none' },
  ])('are refused even with the token: %j', async (headers) => {
    const answer = await post('/api/v1/tune/plan', { ...json, 'x-halfopen-csrf': csrf, ...headers } as Record<
      string,
      string
    >);
    expect(answer).toMatchObject({ status: 403, text: expect.stringContaining('another origin') });
  });

  it('are refused as forms, which need no permission to be sent', async () => {
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      '',
    ])
      expect(
        (await post('/api/v1/tune/plan', { 'content-type': type, 'x-halfopen-csrf': csrf })).status,
      ).toBe(415);
  });

  it('have another token with each session', async () => {
    const token = 'correct-horse-battery-staple';
    const guarded = await startTestServer({ token, allowTune: true });
    try {
      const session = async (): Promise<{ cookie: string; csrf: string }> => {
        const form = { 'content-type': 'application/x-www-form-urlencoded' };
        const login = await ask(guarded, '/login', { method: 'POST', headers: form, body: `token=${token}` });
        const cookie = String(login.headers['set-cookie']).split(';')[0] ?? '';
        return {
          cookie,
          csrf: JSON.parse((await ask(guarded, '/api/v1/session', { headers: { cookie } })).text).csrf,
        };
      };
      const [one, two] = [await session(), await session()];
      expect(one.csrf).not.toBe(two.csrf);
      const crossed = { ...json, cookie: one.cookie, 'x-halfopen-csrf': two.csrf };
      expect((await post('/api/v1/tune/plan', crossed, '{}', guarded)).status).toBe(403);
      const own = { ...json, cookie: one.cookie, 'x-halfopen-csrf': one.csrf };
      expect((await post('/api/v1/tune/plan', own, '{"forSeconds":0}', guarded)).status).toBe(400);
    } finally {
      await guarded.close();
    }
  });
});

describe('bodies', () => {
  const headers = () => ({ ...json, 'x-halfopen-csrf': csrf });

  it.each([
    ['/api/v1/tune/plan', '{'],
    ['/api/v1/tune/plan', ''],
    ['/api/v1/tune/plan', '[]'],
    ['/api/v1/tune/plan', '{"netns":"--out=/etc/passwd"}'],
    ['/api/v1/tune/plan', '{"netns":"a b"}'],
    ['/api/v1/tune/plan', '{"ports":[0]}'],
    ['/api/v1/tune/plan', '{"apply":true}'],
    ['/api/v1/tune/plan', '{"forSeconds":86400}'],
    ['/api/v1/lab/runs', '{}'],
    ['/api/v1/lab/runs', '{"scenario":"--server=sh"}'],
    ['/api/v1/lab/runs', '{"scenario":"connect-refused","set":{"--server":"sh"}}'],
    ['/api/v1/lab/runs', '{"scenario":"connect-refused","set":{"port":"$(reboot)"}}'],
    ['/api/v1/lab/runs', '{"scenario":"connect-refused","server":"sh"}'],
    ['/api/v1/lab/runs', '{"scenario":"connect-refused","family":"ipx"}'],
    ['/api/v1/lab/runs', '{"scenario":"no-such-scenario"}'],
    ['/api/v1/lab/runs', '{"scenario":"connect-refused","set":{"nosuch":"1"}}'],
  ])('are what they should be, or refused: %s %s', async (target, body) => {
    const { status, text } = await post(target, headers(), body);
    expect(status).toBe(400);
    expect(JSON.parse(text).error.said).not.toBe('');
  });

  it('are at most 64 KiB, sent at once or in chunks', async () => {
    const large = JSON.stringify({ netns: 'x'.repeat(70_000) });
    expect((await post('/api/v1/tune/plan', headers(), large)).status).toBe(413);
    const chunked = await ask(open, '/api/v1/tune/plan', {
      method: 'POST',
      headers: { ...headers(), 'transfer-encoding': 'chunked' },
      body: large,
    });
    expect(chunked.status).toBe(413);
    const login = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('/login', login, `token=${'x'.repeat(70_000)}`)).status).toBe(413);
  });

  it('need not come whole to be refused', async () => {
    const head = `POST /api/v1/tune/plan HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nX-Halfopen-Csrf: ${csrf}\r\n`;
    const endless = await raw(open.port, `${head}Content-Length: 99999999999\r\n\r\n{`);
    expect(endless).toMatch(/^HTTP\/1.1 413/);
    const smuggled = `${head}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n`;
    expect(await raw(open.port, smuggled)).toMatch(/^HTTP\/1.1 400/);
  });
});
