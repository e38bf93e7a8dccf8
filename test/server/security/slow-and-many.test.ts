import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ask, raw, startTestServer, type TestServer } from '../start-test-server.ts';

let server: TestServer;
const sockets: Socket[] = [];
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(async () => {
  for (const socket of sockets) socket.destroy();
  await server.close();
});

/** Sends the request and reads nothing of the answer. */
function openSilently(target: string): Socket {
  const socket = connect(server.port, '127.0.0.1', () =>
    socket.write(`GET ${target} HTTP/1.1\r\nHost: localhost\r\n\r\n`),
  );
  socket.on('error', () => {});
  sockets.push(socket);
  return socket;
}

const until = async (isSo: () => boolean, ms = 5000): Promise<void> => {
  const end = Date.now() + ms;
  while (!isSo() && Date.now() < end) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('a request that does not come to its end', () => {
  it('is given up', async () => {
    const begun = performance.now();
    const answer = await raw(server.port, 'GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ', 20_000);
    expect(answer).toMatch(/^HTTP\/1.1 408/);
    expect(performance.now() - begun).toBeLessThan(14_000);
  });

  it('is refused with too many or too large headers', async () => {
    const large = `GET / HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'x'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(server.port, large)).toMatch(/^HTTP\/1.1 431/);
    const long = `GET /${'x'.repeat(5000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`;
    expect(await raw(server.port, long, 1000)).toMatch(/^HTTP\/1.1 414/);
  });
});

describe('viewers', () => {
  it('that do not read are let go, and cost others nothing', async () => {
    const silent = openSilently('/api/v1/events');
    silent.pause();
    let closed = false;
    silent.on('close', () => {
      closed = true;
    });
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (let id = 0; id < 220; id++) server.feed.addListener(id, '10.0.0.1', 1000 + id);
    const before = process.memoryUsage().arrayBuffers;
    const values = Object.fromEntries(
      Array.from({ length: 220 }, (_, id) => [id, { queueMax: 100_000 + id }]),
    );
    for (let at = 0; at < 2000; at++) {
      server.feed.second(1_800_000_000 + at, values);
      if (at % 20 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    // Two thousand seconds are some 20 MB; what the server holds for it is bounded.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(12 * 1024 ** 2);
    silent.resume();
    await until(() => closed);
    expect(closed).toBe(true);
    expect((await ask(server, '/healthz')).status).toBe(200);
  });

  it('are a hundred at most; then one is told to come back', async () => {
    const many = Array.from({ length: 100 }, () => openSilently('/api/v1/events'));
    let answered = 0;
    for (const socket of many) socket.once('data', () => answered++);
    await until(() => answered === 100);
    expect(await ask(server, '/api/v1/events')).toMatchObject({
      status: 503,
      headers: { 'retry-after': '10' },
      text: expect.stringContaining('100 viewers'),
    });
    many[0]?.destroy();
    await new Promise((resolve) => setTimeout(resolve, 200));
    const next = openSilently('/api/v1/events');
    const first = await new Promise<string>((resolve) => next.once('data', (data) => resolve(String(data))));
    expect(first).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('the end', () => {
  it('waits for nobody', async () => {
    const ending = await startTestServer();
    const socket = connect(ending.port, '127.0.0.1', () =>
      socket.write('GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n'),
    );
    const idle = connect(ending.port, '127.0.0.1', () => idle.write('GET / HTTP/1.1\r\nHost: loc'));
    await new Promise((resolve) => socket.once('data', resolve));
    const begun = performance.now();
    await ending.close();
    expect(performance.now() - begun).toBeLessThan(1000);
    socket.destroy();
    idle.destroy();
  });
});
