/** A ladder that somebody reads has so many rows; what is left out is counted. */
import { arrowAtMs, type Ladder, type LadderArrow, type LadderSkip } from './ladder.ts';

/** Rows of a whole ladder, those that say "left out" included. */
export const usualRows = 40;

const keptAtStart = 4;
const keptAtEnd = 3;

/**
 * Keeps the first, the telling and the last arrows, in order, so that no more than `rows` lines are needed. `isTelling` names those
 * that matter more than what an arrow itself shows.
 */
export function boundedArrows(
  arrows: readonly LadderArrow[],
  rows: number = usualRows,
  isTelling: (arrow: LadderArrow) => boolean = () => false,
): Pick<Ladder, 'arrows' | 'leftOut'> {
  if (arrows.length <= rows) return { arrows };
  const worths = arrows.map((arrow, i) =>
    Math.max(worthOf(arrow, i, arrows.length), isTelling(arrow) ? 95 : 0),
  );
  const byWorth = worths
    .map((own, i) => ({ i, worth: Math.max(own, besideTrouble(worths, i)) }))
    .filter(({ worth }) => worth > 0)
    .toSorted((a, b) => b.worth - a.worth || a.i - b.i)
    .map(({ i }) => i);
  for (let kept = Math.min(rows - 1, byWorth.length); kept > 1; kept--) {
    const chosen = fillHoles(new Set(byWorth.slice(0, kept)), arrows.length);
    if (chosen.size + holes(chosen, arrows.length) <= rows) return withSkips(arrows, chosen);
  }
  return withSkips(arrows, new Set([0, arrows.length - 1]));
}

/** A ladder cut down to fewer rows than it was made with. */
export function shortened(ladder: Ladder, rows: number): Ladder {
  const { arrows, leftOut = 0 } = boundedArrows(ladder.arrows, rows);
  const total = leftOut + (ladder.leftOut ?? 0);
  return total === 0 ? ladder : { ...ladder, arrows, leftOut: total };
}

/** Higher: more telling. What went wrong, then what was predicted, then what opens and closes; 0: the rest. */
function worthOf(arrow: LadderArrow, i: number, length: number): number {
  if (i < keptAtStart || i >= length - keptAtEnd) return 100;
  if (arrow.unexpected || (arrow.note ?? '') !== '') return 90;
  if (arrow.atMs === null) return 80;
  if (/^(RST|ICMP|FIN)/.test(arrow.label)) return 70;
  if (arrow.predicted !== undefined) return 60;
  if (arrow.lost) return 50;
  if (arrow.unanswered) return 40;
  if ((arrow.repeat ?? 0) > 0) return 30;
  if (/^SYN/.test(arrow.label)) return 20;
  return 0;
}

/** What stands before and after something that went wrong explains it. */
function besideTrouble(worths: readonly number[], i: number): number {
  const near = Math.max(worths[i - 1] ?? 0, worths[i + 1] ?? 0);
  return near >= 30 && near < 100 ? 10 : 0;
}

/** One arrow left out would take the same line as the words that say so. */
function fillHoles(chosen: ReadonlySet<number>, length: number): ReadonlySet<number> {
  const filled = new Set(chosen);
  for (let i = 1; i < length - 1; i++) {
    if (!chosen.has(i) && chosen.has(i - 1) && chosen.has(i + 1)) filled.add(i);
  }
  return filled;
}

function holes(chosen: ReadonlySet<number>, length: number): number {
  let count = 0;
  for (let i = 1; i < length; i++) if (!chosen.has(i) && chosen.has(i - 1)) count++;
  return count;
}

function withSkips(
  arrows: readonly LadderArrow[],
  chosen: ReadonlySet<number>,
): Pick<Ladder, 'arrows' | 'leftOut'> {
  const kept: LadderArrow[] = [];
  let skipped: LadderSkip | undefined;
  for (const [i, arrow] of arrows.entries()) {
    skipped = addSkip(skipped, arrow.skippedBefore);
    if (chosen.has(i)) {
      const { skippedBefore: _, ...bare } = arrow;
      kept.push(skipped === undefined ? bare : { ...bare, skippedBefore: skipped });
      skipped = undefined;
    } else skipped = addSkip(skipped, { count: 1, fromMs: arrowAtMs(arrow), toMs: arrowAtMs(arrow) });
  }
  return { arrows: kept, leftOut: arrows.length - kept.length };
}

function addSkip(before: LadderSkip | undefined, more: LadderSkip | undefined): LadderSkip | undefined {
  if (before === undefined || more === undefined) return before ?? more;
  return {
    count: before.count + more.count,
    fromMs: Math.min(before.fromMs, more.fromMs),
    toMs: Math.max(before.toMs, more.toMs),
  };
}
