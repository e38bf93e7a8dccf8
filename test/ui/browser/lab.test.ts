import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleStage } from '../support/console-stage.ts';
import { picture } from '../support/open-browser.ts';

const isRoot = process.getuid?.() === 0;

describe('the laboratory in the console', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({ seconds: 10 }, { allowLab: true });
  });
  afterAll(() => stage.end());

  it.skipIf(!isRoot)(
    'shows what is predicted at once, and what is measured beside it in the end',
    async () => {
      const { page, context, complaints } = await stage.open('lab');
      await page.locator('.scenario-choice select').selectOption('connect-timeout');
      await page.getByLabel('tcp_syn_retries').fill('1');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await page.getByRole('heading', { name: 'Predicted', exact: true }).waitFor();
      await page.getByRole('heading', { name: 'connect-timeout is being played' }).waitFor();
      await page.getByRole('heading', { name: 'Predicted and measured' }).waitFor({ timeout: 40_000 });
      await page.getByRole('heading', { name: /^connect-timeout went as predicted/ }).waitFor();
      expect(await page.locator('.checks tbody tr').count()).toBeGreaterThan(0);
      expect(await page.locator('.checks .wrong').count()).toBe(0);
      await picture(page, 'lab-measured');
      expect(complaints).toEqual([]);
      await context.close();
    },
  );

  it.skipIf(!isRoot)('says what is wrong with a setting', async () => {
    const { page, context } = await stage.open('lab');
    await page.locator('.scenario-choice select').selectOption('connect-timeout');
    await page.getByLabel('tcp_syn_retries').fill('many');
    await page.getByRole('button', { name: 'Run', exact: true }).click();
    await page.locator('.bench-side .trouble').waitFor();
    expect(await page.locator('.bench-side .trouble').textContent()).toContain('tcp_syn_retries');
    await context.close();
  });
});

describe('a recorder that does not allow it', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({ seconds: 10 });
  });
  afterAll(() => stage.end());

  it('says so, and how it is allowed: laboratory and plan', async () => {
    const { page, context, complaints } = await stage.open('lab');
    await page.getByText('halfopen serve --allow-lab').waitFor();
    await page.getByRole('link', { name: 'Tune' }).click();
    await page.getByText('the recorder is started with --allow-tune').waitFor();
    expect(await page.getByRole('button', { name: /^Watch/ }).count()).toBe(0);
    expect(complaints).toEqual([]);
    await context.close();
  });
});
