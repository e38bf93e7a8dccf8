/** The drawing with its caption, and the same rows as a table behind it. */
import { formatCount } from '../../base/units.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { arrowText, type Ladder, packetText } from './ladder.ts';
import { type LadderClock, ladderClock } from './ladder-clock.ts';
import { type LadderRow, ladderRows } from './ladder-rows.ts';
import { ladderSvg } from './ladder-svg.ts';
import { fateOf, ladderSummary, senderOf } from './ladder-words.ts';
import { secondsText } from './seconds-text.ts';

/** A `<figure>`; needs `htmlStyle` and `ladderStyle`. Empty for a ladder without arrows. */
export function ladderFigure(ladder: Ladder): string {
  if (ladder.arrows.length === 0) return '';
  const about = ladder.about === undefined ? '' : ` <span>${escapeHtml(ladder.about)}</span>`;
  return element('figure', 'chart ladder-figure', [
    element('figcaption', '', `<b>On the wire</b>${about}`),
    ladderSvg(ladder),
    legend(ladder),
    `<details><summary>Rows</summary><p class="quiet">${escapeHtml(ladderSummary(ladder))}</p>${table(ladder)}</details>\n`,
  ]);
}

function legend({ arrows }: Ladder): string {
  const cross = arrows.some(({ lost, unanswered }) => unanswered && !lost)
    ? 'a cross at the far line: nothing came of it'
    : '';
  const lost = arrows.some((arrow) => arrow.lost) ? 'a cross on the way: lost' : '';
  const words = [cross, lost].filter((text) => text !== '').join(' · ');
  return words === '' ? '' : element('p', 'quiet', `${words.slice(0, 1).toUpperCase()}${words.slice(1)}.`);
}

/** What stands in a row; which of it there are columns for differs from ladder to ladder. */
interface Cells {
  readonly measured?: string;
  readonly predicted?: string;
  readonly packet?: string;
  readonly from?: string;
  readonly what: string;
  readonly remark?: string;
  readonly remarkKind?: 'loss' | 'amiss';
}

const headings = {
  measured: 'measured',
  predicted: 'predicted',
  packet: 'packet',
  from: 'from',
  what: 'what',
  remark: '',
} as const;
type Column = keyof typeof headings;
const numeric: readonly Column[] = ['measured', 'predicted', 'packet'];

function table(ladder: Ladder): string {
  const clock = ladderClock(ladder);
  const hasPackets = ladder.arrows.some(({ packet }) => packet !== undefined);
  const columns = (Object.keys(headings) as Column[]).filter(
    (name) => (name !== 'predicted' || !ladder.onlyMeasured) && (name !== 'packet' || hasPackets),
  );
  const head = columns
    .map((name) => `<th scope="col"${numeric.includes(name) ? ' class="number"' : ''}>${headings[name]}</th>`)
    .join('');
  const rows = ladderRows(ladder)
    .filter(({ kind }) => kind !== 'gap')
    .map((row) => tableRow(cellsOf(row, ladder, clock), columns));
  return `<div class="wide"><table class="numbers"><thead><tr>${head}</tr></thead><tbody>\n${rows.join('')}</tbody></table></div>\n`;
}

function tableRow(cells: Cells, columns: readonly Column[]): string {
  const kinds = columns.map((name) =>
    numeric.includes(name) ? 'number' : name === 'remark' ? (cells.remarkKind ?? '') : '',
  );
  const drawn = columns.map((name, i) => {
    const kind = kinds[i] ?? '';
    return `<td${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(cells[name] ?? '')}</td>`;
  });
  return `<tr>${drawn.join('')}</tr>\n`;
}

function cellsOf(row: LadderRow, ladder: Ladder, clock: LadderClock): Cells {
  switch (row.kind) {
    case 'gap':
      return { measured: secondsText(row.ms), what: '' };
    case 'skip':
      return {
        what: `${formatCount(row.skip.count)} left out, ${clock.time(row.skip.fromMs)} to ${clock.time(row.skip.toMs)}`,
      };
    case 'end': {
      const { atMs, latestMs, predicted, label, side } = row.end;
      const foretold = atMs !== null && typeof latestMs === 'number' ? { atMs, latestMs } : predicted;
      return {
        measured: atMs === null || typeof latestMs === 'number' ? '' : clock.time(atMs),
        predicted: foretold === undefined ? '' : clock.interval(foretold).slice(1, -1),
        from: side === 'client' ? ladder.left : ladder.right,
        what: label,
      };
    }
    case 'arrow': {
      const { arrow } = row;
      return {
        measured: arrow.atMs === null ? '' : clock.time(arrow.atMs),
        predicted: arrow.predicted === undefined ? '' : clock.interval(arrow.predicted).slice(1, -1),
        packet: packetText(arrow),
        from: senderOf(arrow, ladder),
        what: arrowText(arrow),
        remark: [fateOf(arrow), arrow.note ?? ''].filter((text) => text !== '').join(', '),
        ...(arrow.unexpected
          ? { remarkKind: 'loss' as const }
          : arrow.note === undefined
            ? {}
            : { remarkKind: 'amiss' as const }),
      };
    }
  }
}
