import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import https from 'node:https';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { AttemptLimit } from '../../../src/server/security/attempt-limit.ts';
import { Sessions } from '../../../src/server/security/sessions.ts';
import { openEvents } from '../read-events.ts';
import { ask, startTestServer, type TestServer, temporaryFolder } from '../start-test-server.ts';

const token = 'correct-horse-battery-staple';
const form = { 'content-type': 'application/x-www-form-urlencoded' };

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ host: '0.0.0.0', token });
});
afterAll(() => server.close());

const logIn = (given: string, to = '/', headers: Readonly<Record<string, string>> = {}) =>
  ask(server, '/login', {
    method: 'POST',
    headers: { ...form, ...headers },
    body: new URLSearchParams({ token: given, to }).toString(),
  });

const cookieOf = (headers: Readonly<Record<string, unknown>>): string =>
  String(headers['set-cookie']).split(';')[0] ?? '';

describe('an address that others reach', () => {
  it.each(['0.0.0.0', '::', '192.0.2.1', 'example.com', '127.example.com', ''])(
    'is not served without a token: %j',
    async (host) => {
      await expect(startTestServer({ host })).rejects.toThrow(/--token-file/);
    },
  );

  it('warns without TLS', () => {
    expect(server.logged).toEqual([expect.stringMatching(/^warn: without TLS/)]);
  });
});

describe('the token', () => {
  it.each([
    '/',
    '/index.html',
    '/api/v1/session',
    '/api/v1/events',
    '/api/v1/incidents',
    '/api/v1/sockets',
    '/api/v1/tune/parameters',
    '/metrics',
    '/api/v1/nothing',
    '//api/v1/session',
    '/healthz/../api/v1/session',
    '/login/../api/v1/session',
    '/%61pi/v1/session',
  ])('is asked for at %s', async (target) => {
    const { status, text, headers } = await ask(server, target);
    expect(status).toBe(401);
    expect(headers['www-authenticate']).toBe('Bearer');
    expect(text).not.toContain('csrf"');
  });

  it.each(['', 'x', token.slice(0, -1), `${token}x`, token.toUpperCase(), `x${token}`])(
    'has to be right: %j',
    async (given) => {
      const limited = await startTestServer({ token });
      try {
        const { status } = await ask(limited, '/api/v1/session', {
          headers: { authorization: `Bearer ${given}` },
        });
        expect(status).toBe(401);
      } finally {
        await limited.close();
      }
    },
  );

  it('is not taken from the path, a query, another scheme or a cookie', async () => {
    for (const [target, headers] of [
      [`/api/v1/session?token=${token}`, {}],
      [`/api/v1/session?access_token=${token}`, {}],
      ['/api/v1/session', { authorization: `Basic ${Buffer.from(`x:${token}`).toString('base64')}` }],
      ['/api/v1/session', { authorization: token }],
      ['/api/v1/session', { cookie: `halfopen-${server.port}=${token}` }],
      ['/api/v1/session', { 'x-halfopen-csrf': token }],
    ] as const)
      expect((await ask(server, target, { headers })).status).toBe(401);
  });

  it('opens the API', async () => {
    const headers = { authorization: `Bearer ${token}` };
    const { status, text } = await ask(server, '/api/v1/session', { headers });
    expect(status).toBe(200);
    expect(JSON.parse(text)).toMatchObject({ allowLab: false, allowTune: false });
    const viewer = await openEvents(`http://127.0.0.1:${server.port}/api/v1/events`, headers);
    expect((await viewer.next()).name).toBe('hello');
    viewer.close();
  });

  it('is not needed to ask whether it is alive, which tells nothing else', async () => {
    expect(await ask(server, '/healthz')).toMatchObject({ status: 200, text: 'ok\n' });
  });
});

describe('the login page', () => {
  it('is where a browser without a session ends', async () => {
    const sent = await ask(server, '/incidents', { headers: { accept: 'text/html' } });
    expect(sent).toMatchObject({ status: 303, headers: { location: '/login?to=%2Fincidents' } });
    const page = await ask(server, '/login?to=/incidents');
    expect(page.status).toBe(200);
    expect(page.text).toContain('name="to" value="/incidents"');
    expect(page.text).not.toMatch(/<script|<style|style=| on\w+=/);
    expect(await ask(server, '/login.css')).toMatchObject({
      status: 200,
      headers: { 'content-type': /^text\/css/ },
    });
  });

  it('gives a session for the token', async () => {
    const answer = await logIn(token, '/incidents');
    expect(answer).toMatchObject({ status: 303, headers: { location: '/incidents' } });
    const [set] = answer.headers['set-cookie'] as readonly string[];
    expect(set).toMatch(/^halfopen-\d+=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
    const { status } = await ask(server, '/api/v1/session', {
      headers: { cookie: cookieOf(answer.headers) },
    });
    expect(status).toBe(200);
  });

  it('gives another one each time, and none that can be guessed from another', async () => {
    const cookies = await Promise.all(
      Array.from({ length: 5 }, async () => cookieOf((await logIn(token)).headers)),
    );
    expect(new Set(cookies).size).toBe(5);
    for (const cookie of cookies) {
      const forged = `${cookie.slice(0, -1)}${cookie.endsWith('A') ? 'B' : 'A'}`;
      expect((await ask(server, '/api/v1/session', { headers: { cookie: forged } })).status).toBe(401);
    }
  });

  it('leads nowhere else', async () => {
    for (const to of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      '/login',
      'javascript:alert(1)',
      '/a\r\nx: y',
    ])
      expect((await logIn(token, to)).headers.location).toBe('/');
    const { text } = await ask(server, `/login?to=${encodeURIComponent('"><script>alert(1)</script>')}`);
    expect(text).not.toContain('<script');
  });

  it('is not filled in by other sites', async () => {
    const others: readonly Readonly<Record<string, string>>[] = [
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: `https://127.0.0.1:${server.port}` },
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
    ];
    for (const headers of others) expect((await logIn(token, '/', headers)).status).toBe(403);
    const own = { origin: `http://127.0.0.1:${server.port}`, 'sec-fetch-site': 'same-origin' };
    expect((await logIn(token, '/', own)).status).toBe(303);
  });
});

describe('guessing', () => {
  it('is cut short after ten wrong tokens, whatever comes then', async () => {
    const guessed = await startTestServer({ token });
    try {
      const cookie = cookieOf(
        (await ask(guessed, '/login', { method: 'POST', headers: form, body: `token=${token}` })).headers,
      );
      for (let attempt = 0; attempt < 10; attempt++) {
        const bearer = { headers: { authorization: `Bearer guess${attempt}` } };
        const byForm = { method: 'POST', headers: form, body: `token=guess${attempt}` };
        const answer = await (attempt % 2
          ? ask(guessed, '/api/v1/session', bearer)
          : ask(guessed, '/login', byForm));
        expect(answer.status).toBe(401);
      }
      const right = await ask(guessed, '/api/v1/session', { headers: { authorization: `Bearer ${token}` } });
      expect(right.status).toBe(429);
      expect(Number(right.headers['retry-after'])).toBeGreaterThan(50);
      const form429 = await ask(guessed, '/login', { method: 'POST', headers: form, body: `token=${token}` });
      expect(form429).toMatchObject({ status: 429, text: expect.stringContaining('too many wrong tokens') });
      // Who is in already stays in.
      expect((await ask(guessed, '/api/v1/session', { headers: { cookie } })).status).toBe(200);
    } finally {
      await guessed.close();
    }
  });

  it('counts by source, a /64 is one, and forgets after a minute', () => {
    let now = 0;
    const limit = new AttemptLimit(() => now);
    for (let at = 0; at < 10; at++) limit.failed(`2001:db8::${at}`);
    expect(limit.waitSeconds('2001:db8::ffff')).toBe(60);
    expect(limit.waitSeconds('2001:db8:0:1::1')).toBe(0);
    for (let at = 0; at < 10; at++) limit.failed('::ffff:192.0.2.1');
    expect(limit.waitSeconds('192.0.2.1')).toBe(60);
    expect(limit.waitSeconds('192.0.2.2')).toBe(0);
    now = 60_001;
    expect(limit.waitSeconds('192.0.2.1')).toBe(0);
    for (let at = 0; at < 100_000; at++) limit.failed(`10.${at >> 16}.${(at >> 8) & 255}.${at & 255}`);
  });
});

describe('sessions', () => {
  it('end, and are not without number', () => {
    let now = 0;
    const sessions = new Sessions(() => now);
    const first = sessions.begin();
    expect(sessions.holds(first)).toBe(true);
    expect(sessions.holds('')).toBe(false);
    const others = Array.from({ length: 100 }, () => sessions.begin());
    expect(sessions.holds(first)).toBe(false);
    expect(others.every((one) => sessions.holds(one))).toBe(true);
    now = 12 * 3_600_000;
    expect(others.some((one) => sessions.holds(one))).toBe(false);
  });
});

describe.skipIf(spawnSync('openssl', ['version']).status !== 0)('TLS', () => {
  const place = temporaryFolder();
  const cert = path.join(place.folder, 'cert.pem');
  const key = path.join(place.folder, 'key.pem');
  let secure: TestServer;
  beforeAll(async () => {
    const made = spawnSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 -keyout ${key} -out ${cert}`.split(
        ' ',
      ),
    );
    expect(made.status).toBe(0);
    const tls = { cert: readFileSync(cert, 'utf8'), key: readFileSync(key, 'utf8') };
    secure = await startTestServer({ host: '0.0.0.0', token, tls });
  });
  afterAll(async () => {
    await secure.close();
    place.remove();
  });

  it('is spoken with the certificate that was given, and the cookie stays inside of it', async () => {
    expect(secure.url).toMatch(/^https:/);
    expect(secure.logged).toEqual([]);
    const body = `token=${token}`;
    const answer = await new Promise<{ status: number; cookie: string }>((resolve, reject) => {
      const sent = https.request(
        {
          host: '127.0.0.1',
          port: secure.port,
          path: '/login',
          method: 'POST',
          ca: readFileSync(cert),
          headers: { ...form, origin: `https://127.0.0.1:${secure.port}` },
          agent: false,
        },
        (response) => {
          response.resume();
          resolve({ status: response.statusCode ?? 0, cookie: String(response.headers['set-cookie']) });
        },
      );
      sent.on('error', reject).end(body);
    });
    expect(answer.status).toBe(303);
    expect(answer.cookie).toMatch(/^__Host-halfopen-\d+=.*; Path=\/; HttpOnly; Secure; SameSite=Strict$/);
  });

  it('does not answer what is sent in the clear', async () => {
    await expect(ask(secure, '/healthz')).rejects.toThrow();
  });
});
