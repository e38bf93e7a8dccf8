import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleStage } from '../support/console-stage.ts';

describe('with the keyboard alone', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({}, { allowLab: true });
  });
  afterAll(() => stage.end());

  it('skips to the content', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.lane').first().waitFor();
    await page.keyboard.press('Tab');
    expect(await focused(page)).toContain('Skip to the content');
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    expect(await page.title()).toBe('Now · halfopen');
    await context.close();
  });

  it('goes from page to page: title and focus go along, and back works', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.lane').first().waitFor();
    for (const [title, heading] of [
      ['Incidents', 'Nothing is open'],
      ['Capture', 'What does this capture show?'],
      ['Lab', 'See it happen'],
    ] as const) {
      await page.getByRole('link', { name: title, exact: true }).focus();
      await page.keyboard.press('Enter');
      await page.getByRole('heading', { name: heading }).waitFor();
      expect(await page.title()).toBe(`${title} · halfopen`);
      expect(await page.evaluate(() => document.activeElement?.id)).toBe('content');
    }
    await page.goBack();
    await page.getByRole('heading', { name: 'What does this capture show?' }).waitFor();
    await context.close();
  });

  it('opens a lane, its numbers, and an incident of it', async () => {
    const { page, context } = await stage.open('');
    // By its name: which one is first changes with what happens.
    const lane = page.locator('[data-lane="0.0.0.0:8080"]');
    await lane.locator('.lane-name button').focus();
    await page.keyboard.press('Enter');
    expect(await lane.locator('.lane-name button').getAttribute('aria-expanded')).toBe('true');
    await lane.locator('.plot canvas').first().waitFor();
    await lane.locator('.chart-numbers summary').first().focus();
    await page.keyboard.press('Enter');
    const rows = lane.locator('.chart-numbers table').first().locator('tbody tr');
    await expect.poll(() => rows.count()).toBeGreaterThan(20);
    await lane.locator('.incident-line a').first().focus();
    await page.keyboard.press('Enter');
    await page.waitForURL('**/incidents/*');
    await context.close();
  });

  it('moves and zooms what all charts show', async () => {
    const { page, context } = await stage.open('');
    const axis = page.getByRole('slider');
    await axis.focus();
    const shown = (): Promise<string | null> => axis.getAttribute('aria-valuetext');
    const all = await shown();
    await page.keyboard.press('+');
    const half = await shown();
    expect(half).not.toBe(all);
    await page.keyboard.press('ArrowLeft');
    expect(await shown()).not.toBe(half);
    await page.keyboard.press('Escape');
    expect(await shown()).toBe(all);
    await context.close();
  });

  it('keeps the colours that were chosen', async () => {
    const { page, context } = await stage.open('');
    const scheme = (): Promise<string> =>
      page.evaluate(() => getComputedStyle(document.documentElement).getPropertyValue('--page').trim());
    const light = await scheme();
    const button = page.getByRole('button', { name: /^Colours/ });
    await button.focus();
    await page.keyboard.press('Enter');
    expect(await scheme()).toBe(light);
    await page.keyboard.press('Enter');
    const dark = await scheme();
    expect(dark).not.toBe(light);
    await page.reload();
    await button.waitFor();
    expect(await scheme()).toBe(dark);
    await context.close();
  });
});

function focused(page: Page): Promise<string> {
  return page.evaluate(() => document.activeElement?.textContent ?? '');
}
