import { formatCount, plural } from '../../base/units.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { printable } from '../printable.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import { alignedColumns, type Column } from './aligned-columns.ts';
import { familyText, type LabTextOptions, labRunText, verdictSigns } from './lab-run-text.ts';
import { heldText, labVerdict, type VerdictKind } from './lab-verdict.ts';

/**
 * Several runs: how many went as predicted, a table of all, then in full each that did not (`verbose`: every one). Ends with
 * a newline.
 */
export function labRunsText(runs: readonly LabRun[], options: LabTextOptions): string {
  const width = Math.max(40, Math.floor(options.width));
  const paint = paintFor(options.colour);
  const expanded = options.verbose ? runs : runs.filter((run) => labVerdict(run).kind !== 'passed');
  const sections = [headLines(runs, width, paint), tableLines(runs, width, paint)].map((lines) =>
    lines.join('\n'),
  );
  const rule = paint.dim('─'.repeat(width));
  return `${sections.join('\n\n')}\n${expanded.map((run) => `\n${rule}\n\n${labRunText(run, options)}`).join('')}`;
}

const kinds: readonly VerdictKind[] = ['failed', 'incomplete', 'passed'];

/** "1 of 18 failed and 1 is INCOMPLETE", "all 18 runs went as predicted". */
export function runsSentence(runs: readonly LabRun[]): string {
  const count = (kind: VerdictKind): number => runs.filter((run) => labVerdict(run).kind === kind).length;
  const [failed = 0, incomplete = 0, passed = 0] = kinds.map(count);
  if (runs.length === 0) return 'nothing was run';
  if (passed === runs.length)
    return `${runs.length === 1 ? 'the run' : `all ${formatCount(runs.length)} runs`} went as predicted`;
  const parts = [
    failed === 0 ? '' : `${formatCount(failed)} did not go as predicted`,
    incomplete === 0 ? '' : `${formatCount(incomplete)} ${incomplete === 1 ? 'is' : 'are'} INCOMPLETE`,
  ].filter((text) => text !== '');
  return `${parts.join(' and ')}, of ${plural(runs.length, 'run')}`;
}

function headLines(runs: readonly LabRun[], width: number, paint: Paint): readonly string[] {
  const worst = kinds.find((kind) => runs.some((run) => labVerdict(run).kind === kind)) ?? 'incomplete';
  const sign = verdictSigns[worst];
  return hanging(`${sign} `, `${runsSentence(runs)}.`, width).map((line, i) =>
    i === 0 ? colourOf(worst, paint)(sign) + paint.bold(line.slice(sign.length)) : paint.bold(line),
  );
}

function tableLines(runs: readonly LabRun[], width: number, paint: Paint): readonly string[] {
  const verdicts = runs.map((run) => labVerdict(run).kind);
  const rows = runs.map((run, i) => [
    verdictSigns[verdicts[i] ?? 'incomplete'],
    printable(run.scenario),
    familyText(run),
    wordOf(verdicts[i] ?? 'incomplete'),
    heldText(run),
    secondsText(run.tookMs),
  ]);
  const dimHead = (text: string, row: number): string => (row === 0 ? paint.dim(text) : text);
  const byVerdict = (text: string, row: number): string =>
    row === 0 ? paint.dim(text) : colourOf(verdicts[row - 1] ?? 'incomplete', paint)(text);
  const columns: readonly Column[] = [
    { align: 'left', paint: byVerdict },
    { align: 'left', paint: dimHead },
    { align: 'left', paint: dimHead },
    { align: 'left', paint: byVerdict },
    { align: 'right', paint: dimHead },
    { align: 'right', paint: dimHead },
  ];
  const head = ['', 'scenario', 'family', 'result', 'checks held', 'took'];
  const sentences = (): string[] =>
    rows.flatMap(([sign, name, family, ...rest]) =>
      wrapText(`${sign} ${name} ${family}: ${rest.join(', ')}`, width),
    );
  return runs.length === 0 ? [] : (alignedColumns([head, ...rows], columns, width) ?? sentences());
}

function wordOf(kind: VerdictKind): string {
  return kind === 'passed' ? 'as predicted' : kind === 'failed' ? 'failed' : 'INCOMPLETE';
}

function colourOf(kind: VerdictKind, paint: Paint): (text: string) => string {
  return kind === 'passed' ? paint.green : kind === 'failed' ? paint.red : paint.yellow;
}
