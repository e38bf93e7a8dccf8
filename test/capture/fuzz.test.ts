import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { captureFile } from '../../src/measure/capture-fuzz/capture-file.ts';
import type { CapturePlan, PlanStep } from '../../src/measure/capture-fuzz/capture-plan.ts';
import { checkFile } from '../../src/measure/capture-fuzz/check-file.ts';
import { checkReport } from '../../src/measure/capture-fuzz/check-report.ts';
import { fuzzInput } from '../../src/measure/capture-fuzz/fuzz-input.ts';
import { fuzzSeeds } from '../../src/measure/capture-fuzz/fuzz-seeds.ts';
import { playPlan } from '../../src/measure/capture-fuzz/play-plan.ts';
import { allCases } from './craft/all-cases.ts';

/** A short slice of what `src/measure/fuzz-capture.ts` does a million times: the same inputs each time. */
const malformed = fileURLToPath(new URL('../../fixtures/malformed/', import.meta.url));
const seeds = fuzzSeeds(
  allCases.map(({ pcap }) => pcap),
  malformed,
);
const scratch = path.join(tmpdir(), `halfopen-fuzz-test-${process.pid}.pcap`);
const usualReading = { pieces: [7, 100], readerBytes: 64, oneByOne: true, inParts: true, inReport: false };

describe('files nobody would write', () => {
  it.each([1, 2, 3])('mutated and made up, seed %i', async (seed) => {
    for (let number = 0; number < 300; number++) {
      const { file, choice } = fuzzInput(seeds, seed, number);
      const name = `input ${number} of seed ${seed}`;
      expect(checkFile(file, choice), name).toEqual([]);
      if (choice.inReport) expect(await checkReport(file, scratch), name).toEqual([]);
    }
  });

  it('crafted ones as they are', async () => {
    for (const [i, { name, pcap }] of allCases.entries()) {
      expect(checkFile(pcap, usualReading), name).toEqual([]);
      if (i % 5 === 0) expect(await checkReport(pcap, scratch), name).toEqual([]);
    }
  });
});

const link = fc.constantFrom(0, 1, 12, 14, 101, 108, 113, 228, 229, 276);
const pause = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0.4, 1, 2, 40, 250, 1000, 6000) },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
);
const offset = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0, 0, 0, 0, -1, 1, -100, 1460) },
  { weight: 1, arbitrary: fc.integer({ min: -(2 ** 31), max: 2 ** 31 - 1 }) },
);
const flags = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom(0x02, 0x12, 0x10, 0x10, 0x18, 0x18, 0x11, 0x04, 0x14) },
  { weight: 1, arbitrary: fc.nat(255) },
);

const segment: fc.Arbitrary<PlanStep> = fc.record({
  kind: fc.constant('segment' as const),
  afterMs: pause,
  connection: fc.nat(4),
  fromClient: fc.boolean(),
  flags,
  sequenceOffset: offset,
  acknowledgementOffset: offset,
  window: fc.constantFrom(0, 1, 512, 65_535),
  payloadBytes: fc.constantFrom(0, 0, 1, 2, 100, 1460),
  options: fc.oneof(fc.constant([]), fc.array(fc.nat(255), { maxLength: 40 })),
  ttl: fc.constantFrom(64, 64, 63, 0, 255),
  ipId: fc.constantFrom(null, null, 0, 1),
  oddity: fc.constantFrom(
    'none',
    'none',
    'none',
    'zero-length',
    'short-length',
    'long-length',
    'fragment',
    'extensions',
    'huge-wire',
  ),
});

const step: fc.Arbitrary<PlanStep> = fc.oneof(
  { weight: 12, arbitrary: segment },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('copy' as const), afterMs: pause }) },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('unreachable' as const),
      afterMs: pause,
      connection: fc.nat(4),
      isRight: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant('noise' as const),
      afterMs: pause,
      bytes: fc.array(fc.nat(255)),
    }),
  },
);

const plan: fc.Arbitrary<CapturePlan> = fc.record({
  form: fc.record({
    format: fc.constantFrom('pcap', 'pcapng'),
    littleEndian: fc.boolean(),
    resolution: fc.constantFrom('us', 'ns'),
    snapLength: fc.oneof(fc.constant(262_144), fc.nat(128)),
  }),
  linkType: link,
  tags: fc.nat(2),
  startSeconds: fc.constantFrom(0, 1_700_000_000, 0x8000_0000, 0xffff_ffff),
  steps: fc.array(step, { maxLength: 20 }),
});

describe('conversations nobody would have', () => {
  it('say of all connections what they say of each', () => {
    fc.assert(
      fc.property(plan, (made) => {
        expect(checkFile(captureFile(playPlan(made), made.form), usualReading)).toEqual([]);
      }),
      { seed: 1, numRuns: 300 },
    );
  });
});
