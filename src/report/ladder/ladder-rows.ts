/** The rows of a ladder, in order, whatever draws them. */
import { arrowAtMs, type Ladder, type LadderArrow, type LadderEnd, type LadderSkip } from './ladder.ts';

export type LadderRow =
  | { readonly kind: 'arrow'; readonly arrow: LadderArrow }
  /** So much time passes that the drawing would be empty. */
  | { readonly kind: 'gap'; readonly ms: number }
  | { readonly kind: 'skip'; readonly skip: LadderSkip }
  | { readonly kind: 'end'; readonly end: LadderEnd };

export function ladderRows(ladder: Ladder): readonly LadderRow[] {
  const rows: LadderRow[] = [];
  const longMs = longGapMs(ladder);
  let beforeMs: number | undefined;
  const passTo = (ms: number): void => {
    if (beforeMs !== undefined && ms - beforeMs > longMs) rows.push({ kind: 'gap', ms: ms - beforeMs });
    beforeMs = ms;
  };
  for (const item of inOrder(ladder)) {
    if (item.kind === 'arrow' && item.arrow.skippedBefore !== undefined) {
      rows.push({ kind: 'skip', skip: item.arrow.skippedBefore });
      beforeMs = undefined;
    }
    const atMs = item.kind === 'arrow' ? arrowAtMs(item.arrow) : item.end.atMs;
    if (atMs !== null) passTo(atMs);
    rows.push(item);
  }
  return rows;
}

type Drawn = Extract<LadderRow, { kind: 'arrow' | 'end' }>;

/** The end stands after everything that happened until then. */
function inOrder({ arrows, end }: Ladder): readonly Drawn[] {
  const rows = arrows.map((arrow): Drawn => ({ kind: 'arrow', arrow }));
  if (end === undefined) return rows;
  const endMs = end.atMs ?? Number.POSITIVE_INFINITY;
  const later = arrows.findIndex((arrow) => arrowAtMs(arrow) > endMs + sameMomentMs);
  const at = later < 0 ? rows.length : later;
  return [...rows.slice(0, at), { kind: 'end', end }, ...rows.slice(at)];
}

/** The application hears of its end and the kernel sends its last segment within the same timer. */
const sameMomentMs = 5;

/** A gap is marked when it is longer than one and a half of the usual step from arrow to arrow. */
function longGapMs(ladder: Ladder): number {
  const times = inOrder(ladder).flatMap((row) => {
    const atMs = row.kind === 'arrow' ? arrowAtMs(row.arrow) : row.end.atMs;
    return atMs === null ? [] : [atMs];
  });
  const steps = times
    .map((ms, i) => ms - (times[i - 1] ?? ms))
    .filter((ms) => ms >= 1)
    .toSorted((a, b) => a - b);
  const usual = steps[Math.floor((steps.length - 1) / 2)] ?? 0;
  return Math.max(1.5 * usual, shortestGapMs);
}

/** Less would be noise, and nobody waits for it. */
const shortestGapMs = 100;
