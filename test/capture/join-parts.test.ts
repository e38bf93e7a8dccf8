import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { shareOut } from '../../src/app/capture/analyze/share-out.ts';
import { CaptureAnalysis } from '../../src/capture/capture-analysis.ts';
import { EndpointText } from '../../src/capture/endpoint-text.ts';
import { joinParts } from '../../src/capture/summary/join-parts.ts';
import { LocalPart } from '../../src/capture/summary/local-part.ts';
import { generateCapture } from '../../src/measure/capture/generate-capture.ts';
import { allCases } from './craft/all-cases.ts';
import { feed } from './feed.ts';

/** Several engines share a capture as several threads do: what they say together must not depend on how many they are. */

async function joined(pcap: Uint8Array, parts: number, fileBytes = Number.POSITIVE_INFINITY) {
  const all = shareOut(parts, fileBytes).map((share) => {
    const analysis = new CaptureAnalysis(share);
    return new LocalPart(feed(pcap, analysis), analysis);
  });
  const [first] = all;
  if (first === undefined) throw new Error('no part');
  const { counts, ...rest } = await joinParts(all, new EndpointText(first.analysis.engine));
  // Which part a listener's beats came from decides their order.
  const listeners = rest.listeners.map(({ beats, ...listener }) => ({
    ...listener,
    beats: beats.flatMap((list) => [...list]).toSorted((a, b) => a - b),
  }));
  return { ...rest, listeners, packets: counts[0]?.packets };
}

function generated(): Uint8Array {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'halfopen-join-'));
  try {
    const file = path.join(folder, 'generated.pcap');
    const fd = openSync(file, 'w');
    generateCapture(fd, {
      packets: 21_000,
      connections: 3000,
      synRetransmissions: 0.05,
      seed: 7,
      family: 'mixed',
    });
    closeSync(fd);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

describe('parts of one capture', () => {
  const tellingCases = [
    'mid-stream-open',
    'heartbeat-storm',
    'port-scan',
    'refused-by-icmp-host',
    'ip-fragments',
    'reused-roles-swapped',
  ];

  test.each(allCases.filter(({ name }) => tellingCases.includes(name)))('$name', async ({ pcap }) => {
    const alone = await joined(pcap, 1);
    for (const parts of [2, 3]) expect(await joined(pcap, parts)).toEqual(alone);
  });

  test('of thousands of connections of both families', async () => {
    const pcap = generated();
    const alone = await joined(pcap, 1);
    expect(alone.totals.connections).toBe(3000);
    expect(alone.examples.map(({ number }) => number).every((number) => number < 3000)).toBe(true);
    for (const parts of [2, 4]) expect(await joined(pcap, parts)).toEqual(alone);
    // The smaller the file the more of it is the first one's.
    for (const fileBytes of [1, 100_000_000]) expect(await joined(pcap, 3, fileBytes)).toEqual(alone);
  });
});
