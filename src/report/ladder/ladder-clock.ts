/** How times are written down the edge of a ladder: all in one unit, with the decimals that tell them apart. */
import { arrowAtMs, type Ladder } from './ladder.ts';

export interface LadderClock {
  /** "1.01 s" */
  readonly time: (ms: number) => string;
  /** "(1.00-1.03)", "(1.00)" */
  readonly interval: (predicted: { readonly atMs: number; readonly latestMs: number | null }) => string;
}

export function ladderClock(ladder: Ladder): LadderClock {
  const times = [...ladder.arrows.map(arrowAtMs), ladder.end?.atMs ?? 0];
  const spanMs = Math.max(...times.map(Math.abs), 0);
  const { unit, perUnit, digits } = scaleOf(spanMs, hasCloseTimes(ladder));
  const number = (ms: number): string => fixed(ms / perUnit, digits);
  return {
    time: (ms) => `${number(ms)} ${unit}`,
    interval: ({ atMs, latestMs }) => {
      const from = number(atMs);
      const to = number(latestMs ?? atMs);
      return from === to ? `(${from})` : `(${from}-${to})`;
    },
  };
}

interface Scale {
  readonly unit: string;
  readonly perUnit: number;
  readonly digits: number;
}

function scaleOf(spanMs: number, close: boolean): Scale {
  if (spanMs < 1000) return { unit: 'ms', perUnit: 1, digits: spanMs < 10 ? 2 : spanMs < 100 ? 1 : 0 };
  if (spanMs >= 1_000_000) return { unit: 's', perUnit: 1000, digits: 1 };
  return { unit: 's', perUnit: 1000, digits: close && spanMs < 10_000 ? 3 : 2 };
}

/** Arrows a few milliseconds apart, which two decimals of a second would show as one moment. */
function hasCloseTimes({ arrows }: Ladder): boolean {
  const times = arrows.flatMap(({ atMs }) => (atMs === null ? [] : [atMs]));
  return times.some((ms, i) => {
    const step = ms - (times[i - 1] ?? ms);
    return step >= 0.5 && step < 10;
  });
}

/** With thousands separators, and without "-0". */
function fixed(value: number, digits: number): string {
  const text = value.toLocaleString('en-US', {
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  });
  return /^-0(\.0*)?$/.test(text) ? text.slice(1) : text;
}
