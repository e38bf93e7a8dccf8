import { describe, expect, it } from 'vitest';
import { buildApp } from '../../src/server/build-app.ts';
import { EventHub } from '../../src/server/events/event-hub.ts';
import { expositionRoute } from '../../src/server/routes/exposition-route.ts';
import type { Surroundings } from '../../src/server/routes/route.ts';
import { StoreReader } from '../../src/server/routes/store-reader.ts';
import { Access } from '../../src/server/security/access.ts';
import { FakeFeed } from '../recording/fake-feed.ts';

describe('an exposition', () => {
  it('is asked with what the scraper accepts, told who is listened to, and ended with the server', async () => {
    const feed = new FakeFeed();
    const nowMs = (): number => 0;
    const closing: (() => void | Promise<void>)[] = [];
    const log = { info: () => {}, warn: () => {}, error: () => {} };
    const surroundings: Surroundings = {
      options: {
        feed,
        storeFile: null,
        host: '127.0.0.1',
        port: 0,
        token: null,
        tls: null,
        allowHosts: [],
        allowLab: false,
        allowTune: false,
        otlp: null,
        topListeners: 7,
        program: '',
        log,
      },
      access: new Access({ token: null, isTls: false, nowMs }),
      events: new EventHub(feed),
      store: new StoreReader(null),
      consoleFiles: new Map(),
      lab: null,
      nowMs,
      onClose: (close) => closing.push(close),
    };
    let closed = false;
    const route = expositionRoute('/metrics', ({ options }) => ({
      handle: async (accept) => ({ contentType: 'text/x-test', body: `${accept} ${options.topListeners}` }),
      close: () => {
        closed = true;
      },
    }));
    const app = buildApp([route], surroundings);
    const answer = await app.request('/metrics', { headers: { accept: 'application/openmetrics-text' } });
    expect(answer.headers.get('content-type')).toBe('text/x-test');
    expect(await answer.text()).toBe('application/openmetrics-text 7');
    for (const close of closing) await close();
    expect(closed).toBe(true);
  });
});
