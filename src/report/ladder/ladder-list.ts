/** A ladder where no drawing fits: one line for each row. */
import { formatCount } from '../../base/units.ts';
import type { Paint } from '../ansi.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import type { Ladder } from './ladder.ts';
import { type LadderClock, ladderClock } from './ladder-clock.ts';
import { type LadderRow, ladderRows } from './ladder-rows.ts';
import { arrowSentence } from './ladder-words.ts';
import { secondsText } from './seconds-text.ts';

export function ladderList(ladder: Ladder, width: number, paint: Paint): readonly string[] {
  const clock = ladderClock(ladder);
  const rows = ladderRows(ladder);
  if (rows.length === 0) return wrapText('no segments', width).map(paint.dim);
  return rows.flatMap((row) => {
    const quiet = row.kind === 'gap' || row.kind === 'skip';
    const lines = hanging(quiet ? '' : '- ', rowText(row, ladder, clock), Math.max(10, width));
    return quiet ? lines.map(paint.dim) : lines;
  });
}

function rowText(row: LadderRow, ladder: Ladder, clock: LadderClock): string {
  switch (row.kind) {
    case 'gap':
      return `${secondsText(row.ms)} pass`;
    case 'skip':
      return `${formatCount(row.skip.count)} left out, ${clock.time(row.skip.fromMs)} to ${clock.time(row.skip.toMs)}`;
    case 'end':
      return row.end.label;
    case 'arrow':
      return arrowSentence(row.arrow, ladder, clock);
  }
}
