import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleStage } from '../support/console-stage.ts';

describe('the console while things happen', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({ calm: true });
  });
  afterAll(() => stage.end());

  it('shows each second as it comes', async () => {
    const { page, context } = await stage.open('');
    const sign = page.locator('.live-sign');
    await sign.getByText('live').waitFor();
    const accepted = page.locator('[data-lane="[::]:80"] dd').nth(1);
    await accepted.waitFor();
    const seen = new Set<string>();
    for (let second = 0; second < 4; second++) {
      stage.world.tick();
      await page.waitForTimeout(150);
      seen.add((await accepted.textContent()) ?? '');
    }
    expect(seen.size).toBeGreaterThan(1);
    await context.close();
  });

  it('says that all is well while it is, and brings an incident within two seconds, with its ladder', async () => {
    const { page, context, complaints } = await stage.open('');
    await page.getByRole('heading', { name: 'Every listener keeps up' }).waitFor();
    const openedMs = Date.now();
    const { title, id } = stage.world.open({ subject: '[::]:80', namespace: 'web' });
    await page.getByRole('heading', { level: 1, name: title }).waitFor();
    expect(Date.now() - openedMs).toBeLessThan(2000);
    await page.getByRole('link', { name: 'Incidents 1 open' }).waitFor();
    await page.locator('h1 a').click();
    await page.waitForURL(`**/incidents/${id}`);
    await page.locator('.black-box .ladder').waitFor();
    const chosen = await page.locator('.chooser select option:checked').textContent();
    expect(chosen).toContain('accept-queue-stall');
    expect(await page.locator('.black-box .ladder').textContent()).toContain('accept queue full');
    const before = await page.locator('.ladder-place').textContent();
    await page.locator('.chooser select').selectOption({ index: 8 });
    await expect.poll(() => page.locator('.ladder-place').textContent()).not.toBe(before);
    expect(complaints).toEqual([]);
    await context.close();
  });

  it('draws the charts of a listener that is gone by now', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.lane').first().waitFor();
    const gone = stage.world.forget('0.0.0.0:9000');
    const { id } = stage.world.open({
      id: 'of-a-listener-that-is-gone',
      subject: '0.0.0.0:9000',
      namespace: 'pod-7f4c',
      closedMs: Date.now(),
    });
    await page.goto(`${stage.server.url}incidents/${id}`);
    await page.locator('figcaption', { hasText: 'Waiting to be accepted' }).waitFor();
    await page.locator('figcaption', { hasText: 'Sockets of pod-7f4c by state' }).waitFor();
    expect(gone).toBe(true);
    await context.close();
  });

  it('hands out the black box as it was kept', async () => {
    const { page, context } = await stage.open(`incidents/${stage.world.feed.openIncidents[0]?.id}`);
    const [download] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('link', { name: 'Download the capture' }).click(),
    ]);
    expect(await download.failure()).toBeNull();
    await context.close();
  });

  it('moves a lane up when it gets worse, and not before', async () => {
    const { page, context } = await stage.open('');
    const first = page.locator('.lane').first();
    await first.waitFor();
    const endpoints = (): Promise<(string | null)[]> =>
      page.locator('.lane').evaluateAll((lanes) => lanes.map((lane) => lane.getAttribute('data-lane')));
    const before = await endpoints();
    const last = before.at(-1);
    expect(before.length).toBeGreaterThan(3);
    const subject = [...stage.world.feed.subjects.values()].find(({ identity }) =>
      identity.endsWith(` ${last}`),
    );
    const worse = { queueMax: 600, limit: 511, drops: 40 };
    stage.world.feed.second(stage.world.latest + 1, { [subject?.id ?? 0]: worse });
    // Behind the one that has an open incident.
    await expect.poll(async () => (await endpoints())[1], { timeout: 8000 }).toBe(last);
    // The others keep their order.
    expect((await endpoints()).filter((one) => one !== last)).toEqual(before.filter((one) => one !== last));
    await context.close();
  });

  it('shows a lost connection, and heals', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.live-sign.live').waitFor();
    await stage.server.close();
    await page.getByText('No connection to the recorder').waitFor();
    expect(await page.locator('.live-sign').textContent()).toContain('lost');
    for (let second = 0; second < 3; second++) stage.world.tick();
    await stage.startServerAgain();
    await page.getByText('No connection to the recorder').waitFor({ state: 'detached', timeout: 12_000 });
    await page.locator('.live-sign.live').waitFor();
    await context.close();
  });

  it('shows what the recorder cannot keep', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.live-sign.live').waitFor();
    const { feed } = stage.world;
    const problem = {
      file: '/var/lib/halfopen/history.db',
      bytes: 1,
      problem: 'ENOSPC: no space left on device',
    };
    feed.tellStatus({ ...feed.status, store: problem });
    await page.getByText('ENOSPC: no space left on device').waitFor();
    await context.close();
  });
});
