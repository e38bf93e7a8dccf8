import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleStage } from '../support/console-stage.ts';

interface Visit {
  readonly name: string;
  readonly address: () => string;
  readonly ready: string;
  /** What is pressed, and what appears then. */
  readonly act?: string;
  readonly shows?: string;
}

describe.each(['light', 'dark'] as const)('no page keeps anybody out, %s', (colours) => {
  let stage: ConsoleStage;
  let incident: string;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({}, { allowLab: true, allowTune: true });
    incident = stage.world.open().id;
  });
  afterAll(() => stage.end());

  const visits: readonly Visit[] = [
    {
      name: 'now',
      address: () => '',
      ready: '.lane',
      act: '.lane:first-child .lane-name button',
      shows: '.detail .plot canvas',
    },
    { name: 'incidents', address: () => 'incidents', ready: '.incident-line' },
    { name: 'an incident', address: () => `incidents/${incident}`, ready: '.ladder' },
    { name: 'an incident that is gone', address: () => 'incidents/none', ready: '.trouble' },
    { name: 'capture', address: () => 'capture', ready: '.drop' },
    { name: 'sockets', address: () => 'sockets', ready: '.census' },
    {
      name: 'lab',
      address: () => 'lab',
      ready: '.scenario',
      act: '.scenario .primary',
      shows: '.run .ladder',
    },
    {
      name: 'tune',
      address: () => 'tune',
      ready: '.parameters',
      act: 'section > p > button',
      shows: '.plan',
    },
  ];

  it.each(visits)('$name', async ({ address, ready, act, shows }) => {
    const { page, context } = await stage.open(address(), { colours });
    await page.locator(ready).first().waitFor();
    if (act !== undefined) await page.locator(act).first().click();
    if (shows !== undefined) await page.locator(shows).first().waitFor();
    expect(await violations(page)).toEqual([]);
    await context.close();
  });

  it('a capture that was read', async () => {
    const { page, context } = await stage.open('capture', { colours });
    await page.locator('.drop input').setInputFiles('fixtures/captures/heartbeat-storm.pcapng.gz');
    await page.locator('.rows button').first().click();
    await page.locator('.story .ladder').waitFor();
    expect(await violations(page)).toEqual([]);
    await context.close();
  });

  it('would be told of a page that does', async () => {
    const { page, context } = await stage.open('sockets', { colours });
    await page.locator('.census').waitFor();
    await page.evaluate(() => document.querySelector('main')?.append(document.createElement('button')));
    expect(await violations(page)).toMatchObject([expect.stringContaining('button-name')]);
    await context.close();
  });
});

/** Serious and critical ones: the rule, and where. */
async function violations(page: Page): Promise<string[]> {
  // Not as a script of the page, whose policy forbids it.
  await page.evaluate(axe.source);
  return page.evaluate(async () => {
    const { axe: checker } = globalThis as unknown as {
      axe: {
        run(): Promise<{
          violations: { id: string; impact: string; nodes: { html: string; failureSummary: string }[] }[];
        }>;
      };
    };
    const { violations: all } = await checker.run();
    return all
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) =>
        nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)} ${failureSummary}`),
      );
  });
}
