import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleStage } from '../support/console-stage.ts';

describe('two hundred listeners', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({ more: 174 });
  });
  afterAll(() => stage.end());

  it('are painted for the first time within a second', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.lane').first().waitFor();
    const paintMs = await page.evaluate(
      () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.POSITIVE_INFINITY,
    );
    console.log(`first contentful paint after ${paintMs.toFixed(0)} ms`);
    expect(paintMs).toBeLessThan(1000);
    await context.close();
  });

  it('cost little each second, folded and unfolded', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.lane').first().waitFor();
    const folded = await scriptMsPerSecond(page);
    await page.locator('.quiet-lanes > button').click();
    expect(await page.locator('.lane').count()).toBe(200);
    const unfolded = await scriptMsPerSecond(page);
    console.log(`main thread ${folded.toFixed(0)} ms a second folded, ${unfolded.toFixed(0)} ms unfolded`);
    expect(unfolded).toBeLessThan(200);
    await context.close();
  });

  async function scriptMsPerSecond(page: Page): Promise<number> {
    const session = await page.context().newCDPSession(page);
    await session.send('Performance.enable');
    const taskMs = async (): Promise<number> => {
      const { metrics } = await session.send('Performance.getMetrics');
      return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? 0);
    };
    await page.waitForTimeout(1500);
    const before = await taskMs();
    const seconds = 5;
    for (let second = 0; second < seconds; second++) {
      stage.world.tick();
      await page.waitForTimeout(1000);
    }
    return ((await taskMs()) - before) / seconds;
  }
});

describe('a day of seconds', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({ seconds: 86_400, few: true });
  }, 180_000);
  afterAll(() => stage.end());

  it('is there in every second, and pans smoothly', async () => {
    const { page, context } = await stage.open('');
    await page.locator('.lane-name button').first().click();
    await page.getByRole('button', { name: '24 h' }).click();
    const rows = page.waitForResponse((response) => response.url().includes('rows=90000'));
    const { series } = (await (await rows).json()) as {
      series: { stepSeconds: number; values: { queueMax: number[] } }[];
    };
    expect(series[0]?.stepSeconds).toBe(1);
    expect(series[0]?.values.queueMax.length).toBeGreaterThan(86_000);
    await page.waitForTimeout(800);
    await page.getByRole('slider').focus();
    for (let i = 0; i < 2; i++) await page.keyboard.press('+');
    // A frame for each step; what counts is how long the page works for one.
    const workMs = await page.evaluate(async () => {
      const axis = document.querySelector<HTMLElement>('.axis-brush');
      const frames: number[] = [];
      for (let step = 0; step < 40; step++) {
        const begun = performance.now();
        const key = step < 20 ? 'ArrowLeft' : 'ArrowRight';
        axis?.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true }));
        await new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
        frames.push(performance.now() - begun);
      }
      return frames.toSorted((a, b) => a - b);
    });
    const median = workMs[20] ?? Number.POSITIVE_INFINITY;
    console.log(`a step of panning takes ${median.toFixed(1)} ms, at most ${workMs.at(-1)?.toFixed(1)} ms`);
    expect(median).toBeLessThan(50);
    await context.close();
  });
});
