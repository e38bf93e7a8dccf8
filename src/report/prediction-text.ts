import { formatCount } from '../base/units.ts';
import { timeText } from '../tcp/model/moment-text.ts';
import type { PredictedEvent, PredictedOutcome, Prediction } from '../tcp/prediction.ts';
import { type Paint, paintFor } from './ansi.ts';
import { ladderText } from './ladder/ladder-text.ts';
import { predictionLadder } from './ladder/prediction-ladder.ts';
import { hanging, widthOf, wrapText } from './wrap-text.ts';

export interface PredictionTextInput {
  readonly prediction: Prediction;
  readonly source: string;
  readonly notes: readonly string[];
}

export interface PredictionTextOptions {
  readonly columns: number;
  readonly colour: boolean;
}

/** What `predict` prints: the answer, the table of times, the drawing, the rule that decided, what counts and what does not. */
export function predictionText(input: PredictionTextInput, options: PredictionTextOptions): string {
  const paint = paintFor(options.colour);
  const { prediction } = input;
  const columns = Math.max(40, options.columns);
  const sections = [
    wrapText(prediction.answer ?? '', columns).map(paint.bold),
    sourceLines(input, columns, paint),
    timeLines(prediction, columns, paint),
    drawing(prediction, columns, options.colour),
    labelled('Because', prediction.because, columns, paint),
    [
      ...labelled('Counts', settingsTexts(prediction.inputs), columns, paint),
      ...labelled('No effect', settingsTexts(prediction.ignored ?? {}), columns, paint),
    ],
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

function sourceLines(
  { source, notes }: PredictionTextInput,
  columns: number,
  paint: Paint,
): readonly string[] {
  return [source, ...notes].flatMap((line) => wrapText(line, columns)).map(paint.dim);
}

/** Rows at the beginning and at the end of a long table. */
const FIRST_ROWS = 30;
const LAST_ROWS = 5;

interface Row {
  readonly at: string;
  readonly latest: string;
  readonly who: string;
  readonly what: string;
  readonly isEnd: boolean;
}

function timeLines(prediction: Prediction, columns: number, paint: Paint): readonly string[] {
  const { events, outcome } = prediction;
  if (events.length === 0 && outcome.atMs === null) return [];
  const rows: Row[] = [...shortened(events, columns), ...endRows(prediction)];
  const heading: Row = { at: 'at', latest: 'at most', who: 'who', what: 'what', isEnd: false };
  const width = (name: 'at' | 'latest' | 'who'): number =>
    [heading, ...rows].reduce((widest, row) => Math.max(widest, row[name].length), 0);
  const [at, latest, who] = [width('at'), width('latest'), width('who')];
  const line = (row: Row): string =>
    `${row.at.padStart(at)}  ${row.latest.padStart(latest)}  ${row.who.padEnd(who)}  ${row.what}`.trimEnd();
  const fits = [heading, ...rows].every((row) => widthOf(line(row)) <= columns);
  if (!fits) return rows.flatMap((row) => sentence(row, columns).map(row.isEnd ? paint.bold : String));
  return [paint.dim(line(heading)), ...rows.map((row) => (row.isEnd ? paint.bold(line(row)) : line(row)))];
}

/** For narrow terminals: "131 s to 136.1 s: end ETIMEDOUT, CLOSE". */
function sentence({ at, latest, who, what }: Row, columns: number): readonly string[] {
  return hanging('', `${at}${latest === '' ? '' : ` to ${latest}`}: ${who} ${what}`, columns);
}

function shortened(events: readonly PredictedEvent[], columns: number): readonly Row[] {
  const rowOf = (event: PredictedEvent, i: number): Row => ({
    at: timeText(event.atMs),
    latest: latestText(event.atMs, event.latestMs),
    who: event.from,
    what: withRepeat(event, events.slice(0, i), columns),
    isEnd: false,
  });
  const rows = events.map(rowOf);
  const left = rows.length - FIRST_ROWS - LAST_ROWS;
  if (left <= 1) return rows;
  const gap: Row = { at: '…', latest: '', who: '', what: `${formatCount(left)} more`, isEnd: false };
  return [...rows.slice(0, FIRST_ROWS), gap, ...rows.slice(-LAST_ROWS)];
}

/** "SYN, again (3)": sent a third time again without anything from the other side in between. */
function withRepeat(event: PredictedEvent, before: readonly PredictedEvent[], columns: number): string {
  if (!['SYN', 'SYN-ACK', 'data', 'FIN', 'probe'].includes(event.what)) return event.what;
  const repeats = before.filter(({ from, what }) => from === event.from && what === event.what).length;
  if (repeats === 0) return event.what;
  if (event.what === 'probe') return `probe ${formatCount(repeats + 1)}`;
  return columns < 60 ? `${event.what} again` : `${event.what}, sent again (${formatCount(repeats)})`;
}

function endRows({ outcome, alternatives = [], events }: Prediction): readonly Row[] {
  if (outcome.atMs === null)
    return events.length === 0
      ? []
      : [{ at: 'never', latest: '', who: 'end', what: `stays ${outcome.state}`, isEnd: true }];
  const ends = [outcome, ...alternatives].sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0));
  return ends.map((end) => ({
    at: timeText(end.atMs ?? 0),
    latest: latestText(end.atMs ?? 0, end.latestMs ?? 0),
    who: 'end',
    what: end === outcome ? endText(end) : `perhaps ${endText(end)}`,
    isEnd: end === outcome,
  }));
}

function endText({ errno, state }: PredictedOutcome): string {
  if (errno !== null) return `${errno}, ${state}`;
  return state === 'CLOSE' ? 'gone' : state;
}

function latestText(atMs: number, latestMs: number): string {
  const latest = timeText(latestMs);
  return latest === timeText(atMs) ? '' : latest;
}

function drawing(prediction: Prediction, columns: number, colour: boolean): readonly string[] {
  if (prediction.events.length === 0) return [];
  return ladderText(predictionLadder(prediction), { width: columns, colour }).split('\n');
}

const LABEL = 11;

function labelled(label: string, texts: readonly string[], columns: number, paint: Paint): readonly string[] {
  const lines = texts
    .filter((text) => text !== '')
    .flatMap((text) => hanging(' '.repeat(LABEL), text, columns));
  return lines.map((line, i) => (i === 0 ? paint.bold(label.padEnd(LABEL)) + line.slice(LABEL) : line));
}

/** "tcp_syn_retries=6, hz=250", and below it "not set: TCP_SYNCNT, TCP_USER_TIMEOUT". */
function settingsTexts(values: Readonly<Record<string, number | string>>): readonly string[] {
  const entries = Object.entries(values);
  const isUnset = ([name, value]: [string, number | string]): boolean =>
    name.startsWith('TCP_') && value === 0;
  const unset = entries.filter(isUnset).map(([name]) => name);
  return [
    entries
      .filter((entry) => !isUnset(entry))
      .map(([name, value]) => `${name}=${value}`)
      .join(', '),
    unset.length === 0 ? '' : `not set: ${unset.join(', ')}`,
  ];
}
