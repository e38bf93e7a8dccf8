import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, raw, startTestServer, type TestServer, temporaryFolder } from '../start-test-server.ts';

const place = temporaryFolder();
const folder = path.join(place.folder, 'ui');
let server: TestServer;
beforeAll(async () => {
  mkdirSync(path.join(folder, 'assets'), { recursive: true });
  writeFileSync(path.join(place.folder, 'secret.js'), 'the secret');
  writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>console</title>');
  writeFileSync(path.join(folder, 'assets/index-3f2a9c1b.js'), 'console.log(1)');
  writeFileSync(path.join(folder, 'icon.svg'), '<svg/>');
  writeFileSync(path.join(folder, 'secret.key'), 'the secret');
  symlinkSync('../secret.js', path.join(folder, 'link.js'));
  server = await startTestServer({ consoleFolder: folder, allowHosts: ['Recorder.example'] });
});
afterAll(async () => {
  await server.close();
  place.remove();
});

describe('DNS rebinding', () => {
  const withHost = (host: string) => ask(server, '/api/v1/session', { headers: { host } });

  it.each([
    'evil.example',
    'evil.example:4224',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'a b',
    '[::1',
    '[evil]',
    '127.0.0.1@evil.example',
    'localhost#',
    '0x7f000001',
    '2130706433',
  ])('does not get in as %j', async (host) => {
    const { status, text } = await withHost(host);
    expect([400, 421]).toContain(status);
    expect(text).not.toContain('csrf');
  });

  it.each([
    '127.0.0.1',
    'localhost',
    'LOCALHOST:4224',
    'localhost.',
    '[::1]:4224',
    '192.0.2.7',
    'recorder.example',
    'recorder.example:80',
  ])('is not meant by %j', async (host) => {
    expect((await withHost(host)).status).toBe(200);
  });

  it('is refused without a Host, with two, and with a whole URL for a path', async () => {
    const { port } = server;
    expect(await raw(port, 'GET /api/v1/session HTTP/1.1\r\nConnection: close\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400/,
    );
    expect(await raw(port, 'GET /api/v1/session HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 421/);
    const whole =
      'GET http://evil.example/api/v1/session HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';
    expect(await raw(port, whole)).toMatch(/^HTTP\/1.1 400/);
    const two =
      'GET /api/v1/session HTTP/1.1\r\nHost: evil.example\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n';
    expect(await raw(port, two)).toMatch(/^HTTP\/1.1 4/);
  });
});

describe('headers of every answer', () => {
  it.each([
    ['/', 'GET', 200],
    ['/assets/index-3f2a9c1b.js', 'GET', 200],
    ['/api/v1/session', 'GET', 200],
    ['/api/v1/nothing', 'GET', 404],
    ['/api/v1/series?rows=x', 'GET', 400],
    ['/login', 'GET', 200],
    ['/', 'DELETE', 405],
  ])('keep others out: %s %s', async (target, method, status) => {
    const answer = await ask(server, target, { method });
    expect(answer.status).toBe(status);
    const policy = String(answer.headers['content-security-policy']);
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe-inline');
    expect(policy).not.toMatch(/'unsafe-eval'|\*|https?:/);
    expect(answer.headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'referrer-policy': target === '/login' ? 'same-origin' : 'no-referrer',
    });
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(answer.headers['x-powered-by']).toBeUndefined();
    expect(answer.headers.server).toBeUndefined();
  });

  it('allow no other origin to ask', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    const preflight = await ask(server, '/api/v1/tune/plan', { method: 'OPTIONS', headers });
    expect(preflight.status).toBe(405);
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });
});

describe('files of the console', () => {
  it('are served with their types, and kept for ever where their name holds their content', async () => {
    expect(await ask(server, '/assets/index-3f2a9c1b.js')).toMatchObject({
      status: 200,
      text: 'console.log(1)',
      headers: {
        'content-type': 'text/javascript; charset=utf-8',
        'cache-control': 'public, max-age=31536000, immutable',
      },
    });
    for (const target of [
      '/',
      '/incidents',
      '/incidents/20270115-080000-aaaa',
      '/capture',
      '/sockets',
      '/lab',
      '/tune',
    ])
      expect(await ask(server, target)).toMatchObject({
        status: 200,
        text: '<!doctype html><title>console</title>',
        headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-cache' },
      });
    const { headers } = await ask(server, '/icon.svg');
    expect(headers).toMatchObject({ 'content-type': 'image/svg+xml', 'cache-control': 'no-cache' });
    const again = await ask(server, '/icon.svg', { headers: { 'if-none-match': String(headers.etag) } });
    expect(again).toMatchObject({ status: 304, text: '' });
  });

  it.each([
    '/../secret.js',
    '/assets/../../secret.js',
    '/..%2fsecret.js',
    '/%2e%2e/secret.js',
    '/assets/..%2f..%2fsecret.js',
    '/assets/%2e%2e%2f%2e%2e%2fsecret.js',
    '/..\\secret.js',
    '/..%5csecret.js',
    '//secret.js',
    '/secret.js%00.svg',
    '/link.js',
    '/secret.key',
    '/etc/passwd',
    '//etc/passwd',
    '/assets',
    '/assets/',
    '/incidents/../../secret.js',
    '/%c0%ae%c0%ae/secret.js',
    '/%',
  ])('are all there is: %s', async (target) => {
    const { port } = server;
    const answer = await raw(port, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 4\d\d/);
    expect(answer).not.toMatch(/the secret|root:/);
  });

  it('may not be there', async () => {
    const bare = await startTestServer();
    try {
      const { status, text } = await ask(bare, '/');
      expect(status).toBe(200);
      expect(text).toContain('npm run build');
    } finally {
      await bare.close();
    }
  });
});

describe('errors', () => {
  it('tell nothing of the inside', async () => {
    const broken = await startTestServer({ storeFile: path.join(folder, 'index.html') });
    try {
      const answer = await ask(broken, '/api/v1/incidents');
      expect(answer.status).toBeGreaterThanOrEqual(500);
      expect(answer.text).not.toMatch(/\bat .*:\d+|node_modules|\.ts\b/);
      broken.feed.status = undefined as never;
      Object.defineProperty(broken.feed, 'status', {
        get: () => {
          throw new Error('inside');
        },
      });
      const { status, text } = await ask(broken, '/api/v1/events');
      expect(status).toBe(500);
      expect(text).not.toContain('inside"');
      expect(JSON.parse(text).error.said).toBe('something went wrong inside of halfopen');
      expect(broken.logged.join('\n')).toMatch(/error: a request failed .*Error: inside/);
    } finally {
      await broken.close();
    }
  });
});
