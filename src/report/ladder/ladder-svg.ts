import { formatCount } from '../../base/units.ts';
import { escapeHtml } from '../html-escape.ts';
import { arrowAtMs, arrowText, type Ladder, type LadderArrow, type LadderEnd, packetText } from './ladder.ts';
import { type LadderClock, ladderClock } from './ladder-clock.ts';
import { type LadderRow, ladderRows } from './ladder-rows.ts';
import { arrowSentence, ladderSummary } from './ladder-words.ts';
import { secondsText } from './seconds-text.ts';

/**
 * A ladder as one inline SVG, without script. It is as wide as its place and as high as it needs: places across are percentages,
 * so that text keeps its size on a telephone and on a wall. Style: `ladderStyle`; colours stand as attributes too, for where
 * the style sheet is refused.
 */
export function ladderSvg(ladder: Ladder): string {
  const clock = ladderClock(ladder);
  const rows = placed(ladderRows(ladder));
  const height = (rows.at(-1)?.bottom ?? headHeight) + 4;
  return [
    `<svg class="ladder" role="img" width="100%" height="${height}" font-size="13">`,
    `<title>${escapeHtml(`Ladder: ${ladder.left} and ${ladder.right}`)}</title>`,
    `<desc>${escapeHtml(ladderSummary(ladder))}</desc>`,
    heads(ladder),
    lifelines(rows, height),
    ...rows.map((row) => drawRow(row, ladder, clock)),
    '</svg>\n',
  ].join('');
}

/** Percent of the whole: times end left of the first lifeline, predictions begin right of the second. */
const leftLine = 19;
const rightLine = 71;
const besideLine = 10;

const headHeight = 24;
const heights = { arrow: 26, gap: 22, skip: 26, end: 40 } as const;
const noteHeight = 14;

interface PlacedRow {
  readonly row: LadderRow;
  readonly top: number;
  /** Where its line is drawn. */
  readonly y: number;
  readonly bottom: number;
}

function placed(rows: readonly LadderRow[]): readonly PlacedRow[] {
  let top = headHeight;
  return rows.map((row) => {
    const height = heights[row.kind];
    const extra = row.kind === 'arrow' && (row.arrow.note ?? '') !== '' ? noteHeight : 0;
    const place = { row, top, y: top + Math.min(15, height / 2), bottom: top + height + extra };
    top = place.bottom;
    return place;
  });
}

function heads({ left, right, arrows, onlyPredicted }: Ladder): string {
  const name = (at: number, anchor: string, text: string): string =>
    `<text class="head" x="${at}%" y="14" text-anchor="${anchor}">${escapeHtml(text)}</text>`;
  const names = name(leftLine, 'start', left) + name(rightLine, 'end', right);
  const beside = arrows.some(({ predicted }) => predicted !== undefined)
    ? 'predicted'
    : arrows.some(({ packet }) => packet !== undefined)
      ? 'packet'
      : '';
  const [time, aside] = onlyPredicted ? ['earliest', 'latest'] : ['measured', beside];
  return timeText(14, time ?? '', 'soft') + names + asideText(14, aside ?? '');
}

/** Text in the column to the right. */
function asideText(y: number, text: string, kind = 'soft'): string {
  return text === ''
    ? ''
    : `<text class="${kind}" x="${rightLine}%" dx="${besideLine}" y="${y}" fill="#5b6068">${escapeHtml(text)}</text>`;
}

/** Text in the column to the left. */
function timeText(y: number, text: string, kind = ''): string {
  const attribute = kind === '' ? '' : ` class="${kind}"`;
  return text === ''
    ? ''
    : `<text${attribute} x="${leftLine}%" dx="${-besideLine}" y="${y}" text-anchor="end">${escapeHtml(text)}</text>`;
}

/** A lifeline ends where its socket does. */
function lifelines(rows: readonly PlacedRow[], height: number): string {
  const end = rows.find(({ row }) => row.kind === 'end' && row.end.atMs !== null);
  const last = (side: 'client' | 'server'): number =>
    end?.row.kind === 'end' && end.row.end.side === side && end === rows.at(-1) ? end.y : height;
  const line = (at: number, side: 'client' | 'server'): string =>
    `<line class="lifeline" stroke="#5b6068" x1="${at}%" x2="${at}%" y1="20" y2="${last(side)}"/>`;
  return line(leftLine, 'client') + line(rightLine, 'server');
}

function drawRow({ row, top, y, bottom }: PlacedRow, ladder: Ladder, clock: LadderClock): string {
  switch (row.kind) {
    case 'gap':
      return pause(top, bottom) + timeText(y + 4, `⋮ ${secondsText(row.ms)}`, 'soft');
    case 'skip': {
      const when = `${clock.time(row.skip.fromMs)} to ${clock.time(row.skip.toMs)}`;
      const words = `${formatCount(row.skip.count)} left out`;
      return `${pause(top, bottom)}${timeText(y + 4, '⋮', 'soft')}<text class="soft" x="${(leftLine + rightLine) / 2}%" y="${y + 4}" text-anchor="middle">${words}</text>${asideText(y + 4, when)}`;
    }
    case 'end':
      return drawEnd(row.end, y, ladder, clock);
    case 'arrow':
      return drawArrow(row.arrow, y, ladder, clock);
  }
}

/** Both lifelines are interrupted where time is left out. */
function pause(top: number, bottom: number): string {
  return [leftLine, rightLine]
    .map(
      (at) =>
        `<line class="pause" stroke="#fff" x1="${at}%" x2="${at}%" y1="${top + 3}" y2="${bottom - 3}"/>`,
    )
    .join('');
}

function drawArrow(arrow: LadderArrow, y: number, ladder: Ladder, clock: LadderClock): string {
  const isSeen = arrow.atMs !== null || ladder.onlyPredicted === true;
  const alarming = arrow.unexpected || /^(RST|ICMP)/.test(arrow.label);
  const toRight = arrow.from === 'client';
  const from = toRight ? leftLine : rightLine;
  const to = arrow.lost
    ? from + (toRight ? 1 : -1) * 0.66 * (rightLine - leftLine)
    : toRight
      ? rightLine
      : leftLine;
  const label = arrowText(arrow);
  const { time, aside } = timesOf(arrow, ladder, clock);
  const note = arrow.note ?? '';
  return [
    `<g${isSeen ? '' : ' class="unseen"'}><title>${escapeHtml(arrowSentence(arrow, ladder, clock))}</title>`,
    `<line class="shaft" stroke="#6f8dad" x1="${from}%" x2="${fixed(to)}%" y1="${y}" y2="${y}"/>`,
    tip(to, y, toRight, arrow.lost === true || arrow.unanswered === true),
    `<text class="label${alarming ? ' alarm' : ''}" x="${fixed((from + to) / 2)}%" y="${y + 4}" text-anchor="middle">${escapeHtml(label)}</text>`,
    timeText(y + 4, time),
    asideText(y + 4, aside),
    asideText(aside === '' ? y + 4 : y + 4 + noteHeight, note, arrow.unexpected ? 'alarm' : 'amiss'),
    '</g>',
  ].join('');
}

/** A prediction alone: earliest left, latest right. */
function timesOf(
  arrow: LadderArrow,
  { onlyPredicted }: Ladder,
  clock: LadderClock,
): { readonly time: string; readonly aside: string } {
  const { predicted, atMs } = arrow;
  if (onlyPredicted) {
    const late = predicted !== undefined && predicted.latestMs > predicted.atMs;
    return { time: clock.time(arrowAtMs(arrow)), aside: late ? clock.time(predicted.latestMs) : '' };
  }
  return {
    time: atMs === null ? '' : clock.time(atMs),
    aside: predicted === undefined ? packetText(arrow) : clock.interval(predicted).slice(1, -1),
  };
}

/** The arrow's head, or the cross where it came to nothing; drawn in pixels at a place given in percent. */
function tip(at: number, y: number, toRight: boolean, failed: boolean): string {
  const back = toRight ? -1 : 1;
  const shape = failed
    ? `<path class="cross" stroke="#b3261e" d="M${back * 11} -4.5l${back * -9} 9m0 -9l${back * 9} 9"/>`
    : `<path class="tip" fill="#6f8dad" d="M${back} 0l${back * 9} -4.5v9z"/>`;
  return `<svg x="${fixed(at)}%" y="${y}" overflow="visible" width="1" height="1">${shape}</svg>`;
}

function drawEnd(end: LadderEnd, y: number, ladder: Ladder, clock: LadderClock): string {
  const atLeft = end.side === 'client';
  const at = atLeft ? leftLine : rightLine;
  const foretold = typeof end.latestMs === 'number' && ladder.onlyPredicted !== true;
  const interval =
    foretold && end.atMs !== null ? { atMs: end.atMs, latestMs: end.latestMs ?? end.atMs } : end.predicted;
  const latest = ladder.onlyPredicted && typeof end.latestMs === 'number' ? clock.time(end.latestMs) : '';
  const aside = interval === undefined ? latest : clock.interval(interval).slice(1, -1);
  return [
    `<circle class="end${foretold ? ' foretold' : ''}" cx="${at}%" cy="${y}" r="5.5"/>`,
    `<text class="label last" x="${at}%" dx="${atLeft ? 12 : -12}" y="${y + 4}"${atLeft ? '' : ' text-anchor="end"'}>${escapeHtml(end.label)}</text>`,
    timeText(y + 4, end.atMs === null || foretold ? '' : clock.time(end.atMs)),
    // Below: in a narrow place the label reaches beyond the second lifeline.
    asideText(y + 4 + noteHeight, aside),
  ].join('');
}

function fixed(value: number): string {
  return Number(value.toFixed(2)).toString();
}
