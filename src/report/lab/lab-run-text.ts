import { formatCount, plural } from '../../base/units.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import { paintFor } from '../ansi.ts';
import { shortened } from '../ladder/bounded-arrows.ts';
import type { Ladder } from '../ladder/ladder.ts';
import { ladderText } from '../ladder/ladder-text.ts';
import { runLadder } from '../ladder/run-ladder.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import type { TextContext } from '../text-context.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import { checkLines } from './check-lines.ts';
import { doctorLines } from './doctor-lines.ts';
import { labVerdict, type VerdictKind } from './lab-verdict.ts';
import { metricLines } from './metric-lines.ts';
import { seriesLines } from './series-lines.ts';
import { storyLines } from './story-lines.ts';

export interface LabTextOptions {
  /** No line is wider; below 40 counts as 40. */
  readonly width: number;
  readonly colour: boolean;
  /** Every check with its tolerance, every series, the whole ladder and story. */
  readonly verbose: boolean;
  /** Defaults of the scenario's parameters: only those that differ are shown then. */
  readonly defaults?: Readonly<Record<string, number | string>>;
}

export const verdictSigns: Readonly<Record<VerdictKind, string>> = {
  passed: 'ok',
  failed: 'x',
  incomplete: '!',
};

/** What `lab run` prints: verdict, purpose, checks, the doctor's word, the ladder, the course of things. Ends with a newline. */
export function labRunText(run: LabRun, options: LabTextOptions): string {
  const context: TextContext = {
    paint: paintFor(options.colour),
    columns: Math.max(40, Math.floor(options.width)),
    verbose: options.verbose,
  };
  const before = shownSections([
    [...verdictLines(run, context), ...wrapText(run.purpose, context.columns - 2).map((line) => `  ${line}`)],
    scopeLines(run, options.defaults ?? {}, context),
    checkLines(run, context),
    doctorLines(run, context),
    metricLines(run.metrics, context),
  ]);
  const after = shownSections([seriesLines(run.series, context), storyLines(run.story, context)]);
  const taken = [...before, ...after].reduce((sum, lines) => sum + lines.length + 1, 0);
  const ladder = shownSections([ladderLines(run, options, context, oneScreen - taken)]);
  return `${[...before, ...ladder, ...after].map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

function shownSections(sections: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return sections.filter((lines) => lines.some((line) => line.trim() !== ''));
}

function verdictLines(run: LabRun, { paint, columns }: TextContext): readonly string[] {
  const { kind, sentence } = labVerdict(run);
  const colour = kind === 'passed' ? paint.green : kind === 'failed' ? paint.red : paint.yellow;
  const sign = verdictSigns[kind];
  return hanging(`${sign} `, `${sentence}.`, columns).map((line, i) =>
    i === 0 ? colour(sign) + paint.bold(line.slice(sign.length)) : paint.bold(line),
  );
}

/** "IPv4 · Linux 6.18.44 · 11 segments · took 2.3 min", then the parameters. */
function scopeLines(
  run: LabRun,
  defaults: Readonly<Record<string, number | string>>,
  { paint, columns, verbose }: TextContext,
): readonly string[] {
  const scope = [
    familyText(run),
    `Linux ${run.kernel}`,
    plural(run.packetsSeen, 'segment'),
    `took ${secondsText(run.tookMs)}`,
    `seed ${run.seed}`,
  ];
  const entries = Object.entries(run.parameters);
  const given = verbose ? entries : entries.filter(([name, value]) => defaults[name] !== value);
  const settings = given.map(([name, value]) => `${name}=${value}`).join(' ');
  const rest = entries.length - given.length;
  const others =
    rest === 0
      ? ''
      : `${settings === '' ? 'all' : `the other ${formatCount(rest)}`} parameters as by default`;
  return [
    ...wrapText(scope.join(' · '), columns),
    ...wrapText([settings, others].filter((text) => text !== '').join(' · '), columns),
    ...(run.capture === null ? [] : wrapText(`packets kept in ${run.capture}`, columns)),
  ]
    .filter((line) => line !== '')
    .map(paint.dim);
}

export function familyText({ family }: Pick<LabRun, 'family'>): string {
  return family === 'ipv4' ? 'IPv4' : 'IPv6';
}

/** Lines that somebody sees without scrolling. */
const oneScreen = 50;
/** Fewer tell nothing. */
const fewestRows = 6;

/** As many rows as the other sections leave room for; the whole of it with --verbose. */
function ladderLines(
  run: LabRun,
  { colour }: LabTextOptions,
  { columns, verbose }: TextContext,
  room: number,
): readonly string[] {
  const whole = runLadder(run);
  if (whole.arrows.length === 0) return [];
  const draw = (ladder: Ladder): readonly string[] =>
    ladderText(ladder, { width: columns, colour }).split('\n');
  let lines = draw(whole);
  let rows = whole.arrows.length;
  while (!verbose && lines.length > room && rows > fewestRows) {
    // A row less may also take the mark of a gap away: half of what is too much, then look again.
    rows = Math.max(fewestRows, rows - Math.ceil((lines.length - room) / 2));
    lines = draw(shortened(whole, rows));
  }
  return lines;
}
