import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConsoleStage } from '../support/console-stage.ts';

describe('a capture in the browser', () => {
  let stage: ConsoleStage;
  beforeAll(async () => {
    stage = await ConsoleStage.begin({ seconds: 10 });
  });
  afterAll(() => stage.end());

  it.each([
    ['accept-queue-overflow.pcap.zst', 'its accept queue overflows', 14],
    ['connect-timeout.pcap', 'connect', 1],
    ['heartbeat-storm.pcapng.gz', 'senders connect and close again', 200],
  ])('%s, dropped on the page', async (name, headline, connections) => {
    const { page, context, complaints } = await stage.open('capture');
    const sent: string[] = [];
    await page.locator('.drop').waitFor();
    page.on('request', (request) => sent.push(request.method()));
    await drop(page, path.join('fixtures/captures', name));
    await page.locator('h1', { hasText: headline }).waitFor();
    await page.locator('.connections output', { hasText: `${connections} connection` }).waitFor();
    await page.locator('.rows button').first().click();
    await page.locator('.story .ladder').waitFor();
    expect(complaints).toEqual([]);
    expect(new Set(sent)).not.toContain('POST');
    await context.close();
  });

  it('filters as the command does, and says what is wrong with a filter', async () => {
    const { page, context } = await stage.open('capture');
    await page.locator('.drop input').setInputFiles('fixtures/captures/accept-queue-overflow.pcap.zst');
    const filter = page.getByLabel('Filter connections');
    await filter.fill('judgement == accept-queue-stall');
    await page.locator('.connections output', { hasText: '5 connections' }).waitFor();
    await filter.fill('judgment == x');
    await page.locator('.refused').waitFor();
    await context.close();
  });

  it('says why a file is no capture, and reads the next one', async () => {
    const { page, context } = await stage.open('capture');
    await drop(page, 'fixtures/malformed/not-a-capture.pcap');
    await page.getByRole('alert').getByText('neither pcap nor pcapng').waitFor();
    await drop(page, 'fixtures/captures/connect-timeout.pcap');
    await page.locator('.rows').waitFor();
    await context.close();
  });

  it('tells how far a damaged file could be read', async () => {
    const { page, context } = await stage.open('capture');
    await drop(page, 'fixtures/malformed/cut-inside-record-3.pcap');
    await page.locator('.cut', { hasText: 'Read up to packet' }).waitFor();
    await context.close();
  });
});

/** As a file manager does. */
async function drop(page: Page, file: string): Promise<void> {
  await page.locator('.drop').waitFor();
  const bytes = readFileSync(file).toString('base64');
  const transfer = await page.evaluateHandle(
    ([name, content]) => {
      const data = new DataTransfer();
      data.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
      return data;
    },
    [path.basename(file), bytes] as const,
  );
  await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
  await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
}
