/** What became of the connections, in a terminal. */
import { formatCount, formatShare } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import type { Paint } from '../ansi.ts';
import type { TextContext } from '../text-context.ts';
import { hanging, widthOf } from '../wrap-text.ts';
import { type JudgementRow, judgementRows } from './judgement-rows.ts';

/** Sign, id, count, share, and a phrase; the phrase below where the line is short. */
export function judgementLines(report: CaptureReport, { paint, columns }: TextContext): readonly string[] {
  const rows = judgementRows(report);
  const ids = widest(rows.map(({ id }) => id));
  const counts = widest(rows.map(({ count }) => formatCount(count)));
  const shares = widest(rows.map(({ share }) => formatShare(share)));
  const facts = 2 + ids + 2 + counts + 2 + shares + 2;
  const beside = columns - facts >= narrowestPhrase;
  return rows.flatMap((row) => {
    const count = formatCount(row.count).padStart(counts);
    const share = formatShare(row.share).padStart(shares);
    const start = `${signOf(row)} ${row.id.padEnd(ids)}  ${count}  ${share}`;
    const colour = paintOf(row, paint);
    if (facts > columns) return stackedLines(row, colour, columns);
    if (!beside) return [colour(start), ...hanging('    ', row.words.meaning, columns).map(paint.dim)];
    return hanging(`${start}  `, row.words.meaning, columns).map((line, i) =>
      i === 0 ? colour(line.slice(0, facts - 2)) + line.slice(facts - 2) : line,
    );
  });
}

/** Where not even the numbers fit beside the name. */
function stackedLines(
  row: JudgementRow,
  colour: (text: string) => string,
  columns: number,
): readonly string[] {
  const words = `${formatCount(row.count)}, ${formatShare(row.share)}: ${row.words.meaning}`;
  return [colour(`${signOf(row)} ${row.id}`), ...hanging('    ', words, columns)];
}

const narrowestPhrase = 24;

function widest(texts: readonly string[]): number {
  return Math.max(0, ...texts.map(widthOf));
}

function signOf({ words: { tone } }: JudgementRow): string {
  return { loss: 'x', pressure: '!', calm: ' ', unknown: '?' }[tone];
}

function paintOf({ words: { tone } }: JudgementRow, paint: Paint): (text: string) => string {
  if (tone === 'loss') return paint.red;
  return tone === 'pressure' ? paint.yellow : (text) => text;
}
