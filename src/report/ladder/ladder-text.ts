import { formatCount } from '../../base/units.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { printable } from '../printable.ts';
import { shorten, widthOf, wrapText } from '../wrap-text.ts';
import { drawArrow, type Piece } from './arrow-line.ts';
import { type Ladder, type LadderArrow, type LadderEnd, type LadderSkip, packetText } from './ladder.ts';
import { type LadderClock, ladderClock } from './ladder-clock.ts';
import { ladderList } from './ladder-list.ts';
import { type LadderRow, ladderRows } from './ladder-rows.ts';
import { secondsText } from './seconds-text.ts';

/**
 * A ladder for a terminal, lines without a final newline: measured times, predicted times in a dimmer column, two
 * lifelines with arrows between them, a word where something is amiss. No line is wider than `width`; where a drawing
 * does not fit, a plain list. Readable without colour.
 */
export function ladderText(
  ladder: Ladder,
  options: { readonly width: number; readonly colour: boolean },
): string {
  return drawText(withPrintableWords(ladder), options);
}

/** Before anything is measured: what is made visible becomes wider. */
function withPrintableWords(ladder: Ladder): Ladder {
  const { end, about } = ladder;
  return {
    ...ladder,
    left: printable(ladder.left),
    right: printable(ladder.right),
    arrows: ladder.arrows.map((arrow) => ({
      ...arrow,
      label: printable(arrow.label),
      ...(arrow.note === undefined ? {} : { note: printable(arrow.note) }),
    })),
    ...(end === undefined ? {} : { end: { ...end, label: printable(end.label) } }),
    ...(about === undefined ? {} : { about: printable(about) }),
  };
}

function drawText(ladder: Ladder, options: { readonly width: number; readonly colour: boolean }): string {
  const paint = paintFor(options.colour);
  const columns = columnsFor(ladder, options.width);
  if (columns === undefined) return ladderList(ladder, options.width, paint).join('\n');
  const context: Context = { ladder, clock: ladderClock(ladder), columns, paint };
  return [
    ...aboutLines(ladder, options.width, paint),
    ...headLines(context),
    ...ladderRows(ladder).flatMap((row) => rowLines(row, context)),
    ...legendLines(ladder, options.width, paint),
  ].join('\n');
}

interface Columns {
  readonly time: number;
  /** 0: no column. */
  readonly predicted: number;
  /** Both lifelines included. */
  readonly body: number;
  /** Numbers of packets; 0: none. */
  readonly packet: number;
  /** 0: notes have lines of their own. */
  readonly note: number;
}

interface Context {
  readonly ladder: Ladder;
  readonly clock: LadderClock;
  readonly columns: Columns;
  readonly paint: Paint;
}

const gap = 2;
/** "├── SYN-ACK again 5 ──►│" and a little air. */
const narrowestBody = 26;
const widestBody = 64;
const narrowestDrawing = 50;

function columnsFor(ladder: Ladder, width: number): Columns | undefined {
  if (width < narrowestDrawing || ladder.arrows.length === 0) return undefined;
  const clock = ladderClock(ladder);
  const cells = ladderRows(ladder).map((row) => cellsOf(row, ladder, clock));
  const widest = (texts: readonly string[]): number => Math.max(0, ...texts.map(widthOf));
  const time = widest([...cells.map(({ time }) => time), headOf(ladder).time]);
  const predictedCells = widest(cells.map(({ predicted }) => predicted));
  const predicted = predictedCells === 0 ? 0 : Math.max(predictedCells, headOf(ladder).predicted.length);
  const note = widest(ladder.arrows.map((arrow) => arrow.note ?? ''));
  const packet = widest(ladder.arrows.map(packetText));
  const taken = [predicted, packet].reduce((sum, one) => sum + (one === 0 ? 0 : one + gap), time + gap);
  const room = width - taken;
  const withNotes = room - (note === 0 ? 0 : note + gap);
  if (withNotes >= narrowestBody)
    return { time, predicted, packet, note, body: Math.min(widestBody, withNotes) };
  return room < narrowestBody
    ? undefined
    : { time, predicted, packet, note: 0, body: Math.min(widestBody, room) };
}

function headOf({ onlyPredicted }: Ladder): { readonly time: string; readonly predicted: string } {
  return onlyPredicted
    ? { time: 'earliest', predicted: 'latest' }
    : { time: 'measured', predicted: 'predicted' };
}

interface Cells {
  readonly time: string;
  readonly predicted: string;
}

/** In a prediction the second column is the latest; beside a measurement it is the whole interval. */
function cellsOf(row: LadderRow, { onlyPredicted }: Ladder, clock: LadderClock): Cells {
  if (row.kind === 'gap') return { time: `⋮ ${secondsText(row.ms)}`, predicted: '' };
  if (row.kind === 'skip') return { time: '⋮', predicted: '' };
  const { atMs, predicted } = row.kind === 'arrow' ? row.arrow : endTimes(row.end);
  const time = atMs === null ? '' : clock.time(atMs);
  if (predicted === undefined) return { time, predicted: '' };
  if (!onlyPredicted) return { time, predicted: clock.interval(predicted) };
  return {
    time: clock.time(predicted.atMs),
    predicted: predicted.latestMs === predicted.atMs ? '' : clock.time(predicted.latestMs),
  };
}

/** An end that was only predicted stands in the predicted column. */
function endTimes({ atMs, latestMs, predicted }: LadderEnd): {
  readonly atMs: number | null;
  readonly predicted?: { readonly atMs: number; readonly latestMs: number };
} {
  if (atMs === null || typeof latestMs !== 'number')
    return predicted === undefined ? { atMs } : { atMs, predicted };
  return { atMs: null, predicted: { atMs, latestMs } };
}

function aboutLines({ about = '' }: Ladder, width: number, paint: Paint): readonly string[] {
  return about === '' ? [] : wrapText(about, width).map(paint.dim);
}

/** What the two crosses mean, where there are any. */
function legendLines({ arrows }: Ladder, width: number, paint: Paint): readonly string[] {
  const meanings = [
    arrows.some(({ lost, unanswered }) => unanswered && !lost) ? '─x│ nothing came of it' : '',
    arrows.some(({ lost }) => lost) ? '─x  lost on the way' : '',
  ].filter((text) => text !== '');
  return meanings.length === 0 ? [] : wrapText(meanings.join(' · '), width).map(paint.dim);
}

function headLines({ ladder, columns, paint }: Context): readonly string[] {
  const head = headOf(ladder);
  const left = shorten(ladder.left, columns.body >> 1);
  const right = shorten(ladder.right, (columns.body >> 1) - 1);
  const names = `${left}${' '.repeat(columns.body - widthOf(left) - widthOf(right))}${right}`;
  return [edge(columns, head.time, columns.predicted === 0 ? '' : head.predicted, paint) + names];
}

function rowLines(row: LadderRow, context: Context): readonly string[] {
  const { ladder, clock, columns, paint } = context;
  const cells = cellsOf(row, ladder, clock);
  if (row.kind === 'gap' || row.kind === 'skip') {
    const words = row.kind === 'skip' ? skipText(row.skip, clock, columns.body - 4) : '';
    return [paint.dim(plainEdge(columns, cells) + centred(words, columns.body))];
  }
  const start = edge(columns, cells.time, cells.predicted, paint);
  if (row.kind === 'end') {
    const isSeen = ladder.onlyPredicted === true || typeof row.end.latestMs !== 'number';
    return [start + endBody(row.end, columns.body, isSeen, paint)];
  }
  return arrowLines(start, row.arrow, context);
}

/** The note stands behind the arrow, or below it where there is no room. */
function arrowLines(
  start: string,
  arrow: LadderArrow,
  { ladder, columns, paint }: Context,
): readonly string[] {
  const drawn = start + paintPieces(drawArrow(arrow, columns.body, ladder.onlyPredicted === true), paint);
  const packet = packetText(arrow);
  const line = packet === '' ? drawn : `${drawn}${' '.repeat(gap)}${paint.dim(packet)}`;
  const note = shorten(arrow.note ?? '', Math.max(columns.note, columns.body - 4));
  const painted = arrow.unexpected ? paint.red(note) : paint.yellow(note);
  if (note === '') return [line];
  if (columns.note > 0) {
    const short = columns.packet === 0 ? 0 : columns.packet - widthOf(packet) + (packet === '' ? gap : 0);
    return [`${line}${' '.repeat(gap + short)}${painted}`];
  }
  const below = plainEdge(columns, { time: '', predicted: '' });
  return [line, `${below}│ ${painted}${' '.repeat(columns.body - 3 - widthOf(note))}│`];
}

function skipText({ count, fromMs, toMs }: LadderSkip, clock: LadderClock, room: number): string {
  const what = `${formatCount(count)} left out`;
  const when = `${clock.time(fromMs)} to ${clock.time(toMs)}`;
  return [`${what}, ${when}`, what].find((text) => widthOf(text) <= room) ?? '';
}

/** A filled dot: measured. A hollow one: predicted only. */
function endBody({ label, side }: LadderEnd, body: number, isSeen: boolean, paint: Paint): string {
  const text = shorten(label, body - 5);
  const blank = ' '.repeat(body - widthOf(text) - 3);
  const dot = isSeen ? '●' : '○';
  const words = isSeen ? paint.bold(text) : paint.dim(text);
  return side === 'client' ? `${dot} ${words}${blank}│` : `│${blank}${words} ${dot}`;
}

function edge(columns: Columns, time: string, predicted: string, paint: Paint): string {
  const second =
    columns.predicted === 0 ? '' : paint.dim(predicted.padEnd(columns.predicted)) + ' '.repeat(gap);
  return `${time.padStart(columns.time)}${' '.repeat(gap)}${second}`;
}

function plainEdge(columns: Columns, { time, predicted }: Cells): string {
  const second = columns.predicted === 0 ? '' : predicted.padEnd(columns.predicted + gap);
  return `${time.padStart(columns.time)}${' '.repeat(gap)}${second}`;
}

/** Lifelines go on, dotted, beside the words. */
function centred(words: string, body: number): string {
  const left = Math.floor((body - 2 - widthOf(words)) / 2);
  return `┊${' '.repeat(left)}${words}${' '.repeat(body - 2 - left - widthOf(words))}┊`;
}

function paintPieces(pieces: readonly Piece[], paint: Paint): string {
  return pieces.map(({ text, tone }) => (tone === 'plain' ? text : paint[tone](text))).join('');
}
