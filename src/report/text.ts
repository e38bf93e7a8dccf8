import type { Finding } from '../tcp/finding.ts';
import { paintFor } from './ansi.ts';
import { hostFindingInput } from './finding-input.ts';
import { isProblem, worstFirst } from './finding-order.ts';
import { scopeOf, verdictOf } from './headline.ts';
import type { RenderInput } from './render-input.ts';
import type { TextContext } from './text-context.ts';
import { findingLines, noteLines } from './text-finding.ts';
import { listenerLines } from './text-listeners.ts';
import { reasonLines, uncheckedLines } from './text-unchecked.ts';
import { hanging, wrapText } from './wrap-text.ts';

export interface TextOptions {
  readonly colour: boolean;
  /** Width of the terminal; no line is longer. Below 40 counts as 40. */
  readonly columns?: number;
  readonly verbose: boolean;
}

/** What `doctor` prints in a terminal: verdict first, worst finding first, the listeners that matter last. */
export function renderText(input: RenderInput, options: TextOptions): string {
  const context: TextContext = {
    paint: paintFor(options.colour),
    columns: Math.max(40, Math.floor(options.columns ?? 100)),
    verbose: options.verbose,
  };
  const findings = worstFirst(input.report.findings);
  const problems = findings.filter(isProblem);
  const sections = [
    wrapText(scopeOf(input.report).join(' · '), context.columns).map(context.paint.dim),
    verdictLines(input, context),
    ...problemSections(problems, input, context),
    noteSection(
      findings.filter((finding) => !isProblem(finding)),
      input,
      context,
    ),
    problems.length > 0 ? uncheckedLines(input.report, context) : [],
    listenerLines(input, context),
  ];
  const text = sections.filter((lines) => lines.length > 0).map((lines) => lines.join('\n'));
  return `${text.join('\n\n')}\n`;
}

/** One finding speaks for itself; several are counted first; none is said plainly. */
function verdictLines(input: RenderInput, context: TextContext): readonly string[] {
  const { paint, columns } = context;
  const verdict = verdictOf(input);
  if (verdict.kind === 'problems') {
    const several = input.report.findings.filter(isProblem).length > 1;
    return several ? wrapText(`${verdict.headline}, worst first:`, columns).map(paint.bold) : [];
  }
  if (verdict.kind === 'clean') {
    const lines = hanging('ok ', `${verdict.headline}: ${verdict.detail}.`, columns);
    return lines.map((line, i) => (i === 0 ? paint.green(line) : line));
  }
  const lines = hanging('- ', `${verdict.headline}; ${verdict.detail}:`, columns);
  return [...lines.map(paint.bold), ...reasonLines(input.report, context)];
}

/** How many findings of one kind are told in full; the rest keep their titles. */
const toldInFull = 3;

function problemSections(
  problems: readonly Finding[],
  input: RenderInput,
  context: TextContext,
): readonly (readonly string[])[] {
  const told = new Map<string, number>();
  const sections: (readonly string[])[] = [];
  const briefly: string[] = [];
  for (const finding of problems) {
    const before = told.get(finding.id) ?? 0;
    told.set(finding.id, before + 1);
    if (context.verbose || before < toldInFull)
      sections.push(findingLines(finding, hostFindingInput(input.report), context));
    else briefly.push(...noteLines(finding, context));
  }
  if (briefly.length > 0)
    briefly.push(
      ...wrapText('  These are told in full with --verbose.', context.columns - 2).map(
        (line) => `  ${context.paint.dim(line)}`,
      ),
    );
  return [...sections, briefly];
}

function noteSection(notes: readonly Finding[], input: RenderInput, context: TextContext): readonly string[] {
  if (!context.verbose) return notes.flatMap((finding) => noteLines(finding, context));
  return notes.flatMap((finding, i) => [
    ...(i > 0 ? [''] : []),
    ...findingLines(finding, hostFindingInput(input.report), context),
  ]);
}
