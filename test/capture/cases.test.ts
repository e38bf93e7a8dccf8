import { describe, expect, test } from 'vitest';
import { CaptureAnalysis } from '../../src/capture/capture-analysis.ts';
import { describeAll } from '../../src/capture/describe-all.ts';
import { readTally } from '../../src/capture/read-tally.ts';
import { allCases } from './craft/all-cases.ts';
import { feed } from './feed.ts';

/** The engine against captures written by hand, byte by byte; how tshark counts the same files is tested beside it. */
describe.each(allCases)('$name', ({ pcap, expected }) => {
  const analysis = new CaptureAnalysis();
  feed(pcap, analysis);

  test('connections', () => {
    const records = [...describeAll(analysis.engine)];
    expect(records.map(({ judgement }) => judgement.id)).toEqual(
      expected.connections.map((connection, i) => connection.judgement?.id ?? records[i]?.judgement.id),
    );
    expected.connections.forEach((connection, i) => {
      expect(records[i]).toMatchObject(connection);
    });
  });

  test('totals', () => {
    const { totals, skipped } = readTally(analysis.engine);
    expect(totals).toMatchObject(expected.totals);
    expect(skipped).toMatchObject(expected.skipped);
  });
});
