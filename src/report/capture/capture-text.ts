import { plural } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import type { Finding } from '../../tcp/finding.ts';
import { paintFor } from '../ansi.ts';
import { isProblem, worstFirst } from '../finding-order.ts';
import type { TextContext } from '../text-context.ts';
import { bodyLines, findingLines, noteLines, titleLines } from '../text-finding.ts';
import { uncheckedLines } from '../text-unchecked.ts';
import { hanging } from '../wrap-text.ts';
import { captureFactLines } from './capture-fact-lines.ts';
import { captureListenerLines } from './capture-listener-lines.ts';
import { captureScope, leftOutText, partialText } from './capture-scope.ts';
import { captureVerdict, otherProblems } from './capture-verdict.ts';
import { exampleLines } from './example-lines.ts';
import { fromPackets } from './from-packets.ts';
import { judgementLines } from './judgement-lines.ts';
import { latencyLines } from './latency-lines.ts';

export interface CaptureTextOptions {
  /** No line is wider; below 40 counts as 40. */
  readonly width: number;
  readonly colour: boolean;
  /** Every finding in full, every listener, every bin, every example. */
  readonly verbose: boolean;
  /** What was looked at, where that is no file: "live capture". */
  readonly source?: string;
}

/** What `capture analyze` prints: the verdict, what was read, findings, then what became of the connections. Ends with a newline. */
export function captureText(report: CaptureReport, options: CaptureTextOptions): string {
  const context: TextContext = {
    paint: paintFor(options.colour),
    columns: Math.max(40, Math.floor(options.width)),
    verbose: options.verbose,
  };
  const sections = [
    [...verdictLines(report, context), ...scopeLines(report, context, options.source)],
    ...findingSections(report, context),
    uncheckedLines(report, context),
    judgementLines(report, context),
    captureListenerLines(report, context),
    latencyLines(report, context),
    captureFactLines(report, context),
    exampleLines(report, context),
  ];
  const shown = sections.filter((lines) => lines.some((line) => line.trim() !== ''));
  return `${shown.map((lines) => lines.join('\n')).join('\n\n')}\n`;
}

/** The title of the worst finding, or a sentence of the same weight. */
function verdictLines(report: CaptureReport, context: TextContext): readonly string[] {
  const { paint, columns } = context;
  const [worst] = worstFirst(report.findings).filter(isProblem);
  if (worst !== undefined) return titleLines(worst, context);
  const { kind, headline, detail } = captureVerdict(report);
  const sign = { clean: 'ok', amiss: '!', partial: '-', problems: 'x' }[kind];
  const sentence = detail === '' ? `${headline}.` : `${headline}: ${detail}.`;
  const colour = kind === 'clean' ? paint.green : kind === 'amiss' ? paint.yellow : paint.bold;
  return hanging(`${sign} `, sentence, columns).map((line, i) =>
    i === 0 ? colour(sign) + paint.bold(line.slice(sign.length)) : paint.bold(line),
  );
}

function scopeLines(
  report: CaptureReport,
  { paint, columns }: TextContext,
  source: string | undefined,
): readonly string[] {
  const partial = partialText(report);
  const leftOut = leftOutText(report);
  const others = otherProblems(report).length;
  const more = others === 0 ? [] : [`${plural(others, 'more finding')} below`];
  return [
    ...hanging('  ', [...captureScope(report, source), ...more].join(' · '), columns).map(paint.dim),
    ...(partial === '' ? [] : hanging('! ', partial, columns).map(paint.yellow)),
    ...(leftOut === '' ? [] : hanging('  ', leftOut, columns).map(paint.dim)),
  ];
}

/** How many of one kind are told in full; the rest keep their titles. */
const toldInFull = 2;

/** The worst without its title, which stands above; then the others, then the notes. */
function findingSections(report: CaptureReport, context: TextContext): readonly (readonly string[])[] {
  const [worst] = worstFirst(report.findings).filter(isProblem);
  const notes = worstFirst(report.findings).filter((finding) => !isProblem(finding));
  const told = new Map(worst === undefined ? [] : [[worst.id, 1]]);
  const others = otherProblems(report).map((finding) => {
    const before = told.get(finding.id) ?? 0;
    told.set(finding.id, before + 1);
    return context.verbose || before < toldInFull
      ? findingLines(finding, fromPackets, context)
      : noteLines(finding, context);
  });
  return [
    worst === undefined ? [] : bodyLines(worst, fromPackets, context),
    ...others,
    noteSection(notes, context),
  ];
}

function noteSection(notes: readonly Finding[], context: TextContext): readonly string[] {
  if (!context.verbose) return notes.flatMap((finding) => noteLines(finding, context));
  return notes.flatMap((finding, i) => [
    ...(i > 0 ? [''] : []),
    ...findingLines(finding, fromPackets, context),
  ]);
}
