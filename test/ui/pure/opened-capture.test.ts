import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { analyzeCapture } from '../../../src/app/capture/analyze/analyze-capture.ts';
import { collectStories } from '../../../src/app/capture/analyze/collect-stories.ts';
import { chooseStory } from '../../../src/ui/capture/choose-story.ts';
import { OpenedCapture } from '../../../src/ui/capture/opened-capture.ts';

const reading = { onProgress: () => {}, stop: new AbortController().signal };

const fileOf = (name: string): File => new File([readFileSync(name)], name);

describe('a capture read as a file of the browser', () => {
  it.each(['connect-timeout.pcap', 'accept-queue-overflow.pcap.zst', 'heartbeat-storm.pcapng.gz'])(
    '%s: says what capture analyze says',
    async (name) => {
      const file = path.join('fixtures/captures', name);
      const opened = await OpenedCapture.open(fileOf(file), () => {});
      const { report, records } = await analyzeCapture(file, { ...reading, keepRecords: true });
      expect(opened.report).toEqual(report);
      const count = opened.list({ filter: '', order: 'number' });
      expect(opened.rows(0, count)).toEqual([...(records?.() ?? [])]);
      const [story] = await collectStories(file, [0], reading);
      expect(await opened.story(0)).toEqual(story);
      expect(await opened.story(10_000)).toBeNull();
    },
  );

  it('lists the worst first, and those that a filter lets through', async () => {
    const opened = await OpenedCapture.open(
      fileOf('fixtures/captures/accept-queue-overflow.pcap.zst'),
      () => {},
    );
    expect(opened.list({ filter: '', order: 'worst' })).toBe(14);
    expect(opened.rows(0, 5).every(({ judgement }) => judgement.id === 'accept-queue-stall')).toBe(true);
    expect(opened.list({ filter: 'judgement == ongoing', order: 'worst' })).toBe(9);
    expect(() => opened.list({ filter: 'nonsense', order: 'worst' })).toThrow();
  });

  it.each([
    ['not-a-capture.pcap', 'neither pcap nor pcapng'],
    ['empty.pcap', 'it is empty'],
    ['gzip-of-a-text.pcap.gz', 'inside its gzip data'],
    ['zstd-window-of-2-gib.pcap.zst', 'window'],
  ])('%s: says why nothing can be read', async (name, words) => {
    await expect(OpenedCapture.open(fileOf(path.join('fixtures/malformed', name)), () => {})).rejects.toThrow(
      words,
    );
  });

  it.each([
    'cut-inside-record-3.pcap',
    'gzip-cut.pcap.gz',
    'zstd-cut.pcap.zst',
    'zstd-checksum-wrong.pcap.zst',
  ])('%s: tells what precedes the damage', async (name) => {
    const opened = await OpenedCapture.open(fileOf(path.join('fixtures/malformed', name)), () => {});
    expect(opened.report.packets).toBeGreaterThan(0);
    expect(opened.report.partial).not.toBeNull();
  });
});

describe('the connection to draw', () => {
  it('is the worst at the endpoint in question; a wildcard is every address', async () => {
    const { report } = await OpenedCapture.open(
      fileOf('fixtures/captures/accept-queue-overflow.pcap.zst'),
      () => {},
    );
    expect(chooseStory(report.examples, '0.0.0.0:8080')?.judgement.id).toBe('accept-queue-stall');
    expect(chooseStory(report.examples, '[::]:1')?.judgement.id).toBe('accept-queue-stall');
    expect(chooseStory([], '0.0.0.0:8080')).toBeUndefined();
  });
});
