import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type FakeWorld, fakeWorld } from '../support/fake-world.ts';
import { launch, picture, watchedPage } from '../support/open-browser.ts';
import { type StartedConsole, startConsole } from '../support/start-console.ts';

const looks = [
  { name: 'wide-light', width: 1280, height: 860, colours: 'light' },
  { name: 'wide-dark', width: 1280, height: 860, colours: 'dark' },
  { name: 'narrow-light', width: 400, height: 800, colours: 'light' },
  { name: 'narrow-dark', width: 400, height: 800, colours: 'dark' },
] as const;

describe('every page, wide and narrow, light and dark', () => {
  let folder: string;
  let world: FakeWorld;
  let server: StartedConsole;
  let browser: Browser;
  let incident: string;

  beforeAll(async () => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-ui-'));
    const file = path.join(folder, 'history.db');
    world = await fakeWorld(file, { more: 30 });
    server = await startConsole(world.feed, file, { allowLab: true, allowTune: true });
    incident = world.open().id;
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await server?.close();
    world?.[Symbol.dispose]();
    rmSync(folder, { recursive: true, force: true });
  });

  it.each(looks)('$name', async ({ name, ...look }) => {
    const { page, context, complaints } = await watchedPage(browser, look);
    const visit = async (address: string, title: string, ready: string): Promise<void> => {
      await page.goto(server.url + address);
      await page.locator(ready).first().waitFor();
      await page.waitForTimeout(400);
      const overflow = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
      expect(overflow, `${title} is wider than its window`).toBeLessThanOrEqual(0);
      await picture(page, `${title}-${name}`);
    };
    await visit('', 'now', '.lane');
    await page.locator('.lane-name button').first().click();
    await page.locator('.detail .plot canvas').nth(2).waitFor();
    await page.waitForTimeout(400);
    await picture(page, `now-open-${name}`);
    await visit('incidents', 'incidents', '.incident-line');
    await visit(`incidents/${incident}`, 'incident', '.ladder');
    await visit('capture', 'capture', '.drop');
    await page.locator('.drop input').setInputFiles('fixtures/captures/accept-queue-overflow.pcap.zst');
    await page.locator('.rows button').first().click();
    await page.locator('.story .ladder').waitFor();
    await picture(page, `capture-read-${name}`);
    await visit('sockets', 'sockets', '.census');
    await visit('lab', 'lab', '.scenario');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.run .ladder').waitFor();
    await picture(page, `lab-run-${name}`);
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.locator('.run.stopped, .run.done').waitFor();
    await visit('tune', 'tune', '.parameters');
    expect(complaints).toEqual([]);
    await context.close();
  });
});
