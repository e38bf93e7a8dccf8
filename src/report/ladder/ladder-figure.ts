/** The drawing with its caption, and the same rows as a table behind it. */
import { formatCount } from '../../base/units.ts';
import { element, escapeHtml } from '../html-escape.ts';
import { arrowText, type Ladder } from './ladder.ts';
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

function table(ladder: Ladder): string {
  const clock = ladderClock(ladder);
  const head = ['measured', 'predicted', 'from', 'what', '']
    .map((name, i) => `<th scope="col"${i < 2 ? ' class="number"' : ''}>${name}</th>`)
    .join('');
  const rows = ladderRows(ladder)
    .filter(({ kind }) => kind !== 'gap')
    .map((row) => tableRow(row, ladder, clock));
  return `<div class="wide"><table class="numbers"><thead><tr>${head}</tr></thead><tbody>\n${rows.join('')}</tbody></table></div>\n`;
}

function tableRow(row: LadderRow, ladder: Ladder, clock: LadderClock): string {
  const number = (text: string): string => `<td class="number">${escapeHtml(text)}</td>`;
  const word = (text: string, kind = ''): string =>
    `<td${kind === '' ? '' : ` class="${kind}"`}>${escapeHtml(text)}</td>`;
  const cells = ((): readonly string[] => {
    switch (row.kind) {
      case 'gap':
        return [number(secondsText(row.ms)), number(''), word(''), word(''), word('')];
      case 'skip': {
        const words = `${formatCount(row.skip.count)} left out, ${clock.time(row.skip.fromMs)} to ${clock.time(row.skip.toMs)}`;
        return [number(''), number(''), word(''), word(words), word('')];
      }
      case 'end': {
        const { atMs, latestMs, predicted, label, side } = row.end;
        const foretold = atMs !== null && typeof latestMs === 'number' ? { atMs, latestMs } : predicted;
        const seen = atMs === null || typeof latestMs === 'number' ? '' : clock.time(atMs);
        return [
          number(seen),
          number(foretold === undefined ? '' : clock.interval(foretold).slice(1, -1)),
          word(side === 'client' ? ladder.left : ladder.right),
          word(label),
          word(''),
        ];
      }
      case 'arrow': {
        const { arrow } = row;
        const remarks = [fateOf(arrow), arrow.note ?? ''].filter((text) => text !== '').join(', ');
        return [
          number(arrow.atMs === null ? '' : clock.time(arrow.atMs)),
          number(arrow.predicted === undefined ? '' : clock.interval(arrow.predicted).slice(1, -1)),
          word(senderOf(arrow, ladder)),
          word(arrowText(arrow)),
          word(remarks, arrow.unexpected ? 'loss' : arrow.note === undefined ? '' : 'amiss'),
        ];
      }
    }
  })();
  return `<tr>${cells.join('')}</tr>\n`;
}
