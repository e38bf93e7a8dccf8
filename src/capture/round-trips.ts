import type { Quantiles } from '../tcp/capture.ts';

/** Reads what engine/rtt.ts keeps of an endpoint's round trips: its word, and the block that the word may point at. */

const COUNT_SHIFT = 28;
const CODE_BITS = 14;
const CODE_MASK = (1 << CODE_BITS) - 1;
const IN_BLOCK = 3;
const BLOCK_SHIFT = 5;
const BLOCK_MASK = (1 << COUNT_SHIFT) - 1;
const STEP_BITS = 6;
const HISTOGRAM_HEAD = 4;
const HISTOGRAM_STEPS = 1 << (CODE_BITS - STEP_BITS);
const IS_HISTOGRAM = 0xffff;

/** In ms; null when nothing was timed. `memory` is the engine's. */
export function roundTripsMs(memory: ArrayBuffer, word: number): Quantiles | null {
  const count = word >>> COUNT_SHIFT;
  if (count === 0) return null;
  if (count < IN_BLOCK) return ofCodes([word & CODE_MASK, (word >>> CODE_BITS) & CODE_MASK].slice(0, count));
  const at = (word & BLOCK_MASK) * 2 ** BLOCK_SHIFT;
  const head = new Uint16Array(memory, at, HISTOGRAM_HEAD);
  const [marker = 0, least = 0, low = 0, high = 0] = head;
  if (marker !== IS_HISTOGRAM) return ofCodes([...new Uint16Array(memory, at + 2, marker)]);
  const steps = new Uint16Array(memory, at + 2 * HISTOGRAM_HEAD, HISTOGRAM_STEPS);
  return ofHistogram(steps, least, low + high * 0x1_0000);
}

/**
 * The middle of what a code stands for: the upper bits of a 32-bit float, from 1 µs on. `unknownBits`: so many of the code's own bits
 * were not kept.
 */
function msOf(code: number, unknownBits = 0): number {
  const bits = ((code << CODE_BITS) + (127 << 23)) | (1 << (CODE_BITS - 1 + unknownBits));
  const us = new Float32Array(Int32Array.of(bits).buffer)[0] ?? 0;
  return Math.round(us) / 1000;
}

function ofCodes(codes: readonly number[]): Quantiles {
  const sorted = codes.toSorted((a, b) => a - b).map((code) => msOf(code));
  const at = (share: number): number => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return { samples: sorted.length, min: at(0), median: at(0.5), p99: at(0.99) };
}

function ofHistogram(steps: Uint16Array, least: number, samples: number): Quantiles {
  const total = steps.reduce((sum, count) => sum + count, 0);
  const min = msOf(least);
  const at = (share: number): number => {
    let left = share * total;
    const step = steps.findIndex((count) => {
      left -= count;
      return left <= 0;
    });
    return Math.max(min, msOf(step << STEP_BITS, STEP_BITS));
  };
  return { samples, min, median: at(0.5), p99: at(0.99) };
}
