import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launch, picture, watchedPage } from '../support/open-browser.ts';

const program = fileURLToPath(new URL('../../../dist/main.js', import.meta.url));
const PORT = 5000 + (process.pid % 300);
const CONSOLE = `http://127.0.0.1:${PORT}`;

/** The whole way: a recorder, the lab that it sees, a browser. */
describe.skipIf(process.getuid?.() !== 0)(
  'halfopen serve and halfopen lab run --visible (needs root)',
  () => {
    let folder: string;
    let recorder: ChildProcess;
    let browser: Browser;
    let said = '';

    beforeAll(async () => {
      folder = mkdtempSync(path.join(tmpdir(), 'halfopen-whole-'));
      const args = [program, 'serve', '--store', path.join(folder, 'history.db'), '--port', String(PORT)];
      recorder = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'pipe'] });
      recorder.stderr?.setEncoding('utf8').on('data', (text) => {
        said += text;
      });
      browser = await launch();
      for (let wait = 0; wait < 100 && !said.includes('watching'); wait++)
        await new Promise((resolve) => setTimeout(resolve, 100));
    });
    afterAll(async () => {
      await browser.close();
      recorder.kill('SIGTERM');
      await once(recorder, 'exit');
      rmSync(folder, { recursive: true, force: true });
    });

    it.each(['ipv4', 'ipv6'])(
      'shows the overflow within two seconds, with its cause, its capture and its ladder: %s',
      async (family) => {
        const { page, context, complaints } = await watchedPage(browser);
        await page.goto(CONSOLE);
        await page.locator('.live-sign').getByText('live').waitFor();
        const lab = spawn(
          process.execPath,
          [program, 'lab', 'run', 'accept-queue-overflow', '--visible', '--family', family, '--json'],
          { stdio: ['ignore', 'pipe', 'inherit'] },
        );
        let printed = '';
        lab.stdout.setEncoding('utf8').on('data', (text) => {
          printed += text;
        });
        const headline = page.locator('h1', { hasText: 'drops new connections: its accept queue is full' });
        await headline.waitFor({ timeout: 30_000 });
        const shownMs = Date.now();
        expect(await headline.textContent()).toMatch(/is stopped \(state T/);
        const id = (await headline.locator('a').getAttribute('href'))?.split('/').at(-1);
        const { incident } = await (await fetch(`${CONSOLE}/api/v1/incidents/${id}`)).json();
        expect(incident).toMatchObject({ finding: 'accept-queue-overflow', closedMs: null });
        await headline.locator('a').click();
        await page.waitForURL(`**/incidents/${incident.id}`);
        await page.locator('.black-box .ladder').waitFor();
        expect(await page.locator('.black-box .ladder').textContent()).toContain('SYN');
        await picture(page, `whole-incident-${family}`);
        await once(lab, 'exit');
        const run = JSON.parse(printed);
        expect(run.passed).toBe(true);
        const pcapng = Buffer.from(
          await (await fetch(`${CONSOLE}/api/v1/incidents/${incident.id}/capture.pcapng`)).arrayBuffer(),
        );
        expect(pcapng.length).toBeGreaterThan(2000);
        // Told by the recorder at once; and the recorder told within a second of the first drop, which a second of its series has.
        expect(shownMs - incident.openedMs).toBeLessThan(1000);
        const series = await (
          await fetch(
            `${CONSOLE}/api/v1/series?kind=listener&from=${Math.floor(incident.openedMs / 1000) - 10}&to=${Math.ceil(shownMs / 1000)}`,
          )
        ).json();
        const listener = series.series.find(
          ({ subject }: { subject: { about: { namespace: string; port: number } } }) =>
            subject.about.namespace === incident.namespace && subject.about.port === 8080,
        );
        const firstDropAt = listener.values.drops.findIndex((drops: number) => drops > 0);
        expect(firstDropAt).toBeGreaterThanOrEqual(0);
        expect(shownMs - (listener.startSecond + firstDropAt) * 1000).toBeLessThan(3000);
        expect(complaints).toEqual([]);
        await context.close();
      },
      90_000,
    );
  },
);
