/** The checks of a run in a terminal: what was predicted beside what was measured. */
import { formatCount } from '../../base/units.ts';
import type { LabCheck, LabRun } from '../../tcp/lab-run.ts';
import { printable } from '../printable.ts';
import type { TextContext } from '../text-context.ts';
import { hanging } from '../wrap-text.ts';
import { alignedColumns, type Column } from './aligned-columns.ts';
import { exactText, isNumeric, quantity } from './quantity.ts';

const heldOnOneScreen = 6;

/** Those that failed all, of the others as many as fit on a screen (`verbose`: all). */
export function checkLines(run: LabRun, context: TextContext): readonly string[] {
  const { verbose, paint } = context;
  const shown = verbose ? run.checks : worthShowing(run);
  if (shown.length === 0) return [];
  const rest = run.checks.length - shown.length;
  const lines = tableLines(shown, context) ?? shown.flatMap((check) => sentenceLines(check, context));
  return rest === 0 ? lines : [...lines, paint.dim(`   and ${formatCount(rest)} more that hold`)];
}

/** What the doctor said has a section of its own, and the times of single segments stand in the ladder: those give way first. */
function worthShowing({ checks, findings }: LabRun): readonly LabCheck[] {
  const isDoctors = ({ name }: LabCheck): boolean => findings.expected.some((id) => name.endsWith(` ${id}`));
  const isSegment = ({ name, unit }: LabCheck): boolean => unit === 'ms' && / \d+$/.test(name);
  const held = checks.filter((check) => check.ok && !isDoctors(check));
  const ranked = held.toSorted((a, b) => Number(isSegment(a)) - Number(isSegment(b)));
  const shown = new Set(ranked.slice(0, heldOnOneScreen));
  return checks.filter((check) => !check.ok || shown.has(check));
}

function tableLines(checks: readonly LabCheck[], context: TextContext): readonly string[] | undefined {
  const { paint, columns } = context;
  const head = ['', '', 'predicted', 'measured', ''];
  const rows = checks.map((check) => [
    signOf(check),
    printable(check.name),
    printable(exactText(check.predicted)),
    printable(exactText(check.measured)),
    isNumeric(check.predicted) || isNumeric(check.measured) ? printable(check.unit) : '',
  ]);
  const ok = (row: number): boolean => checks[row - 1]?.ok ?? true;
  const layout: readonly Column[] = [
    { align: 'left', paint: (text, row) => (ok(row) ? paint.green(text) : paint.red(text)) },
    { align: 'left', paint: (text, row) => (ok(row) ? text : paint.bold(text)) },
    { align: 'right', paint: (text) => paint.dim(text) },
    {
      align: 'right',
      paint: (text, row) => (row === 0 ? paint.dim(text) : ok(row) ? text : paint.red(text)),
    },
    { align: 'left' },
  ];
  const lines = alignedColumns([head, ...rows], layout, columns);
  if (lines === undefined) return undefined;
  const [first = '', ...others] = lines;
  return [first, ...others.flatMap((line, i) => [line, ...reasonLines(checks[i], context)])];
}

function sentenceLines(check: LabCheck, context: TextContext): readonly string[] {
  const { paint, columns } = context;
  const words = `${check.name}: ${quantity(check.measured, check.unit)}, predicted ${quantity(check.predicted, check.unit)}`;
  const sign = signOf(check);
  const lines = hanging(`${sign.padEnd(2)}  `, words, columns);
  const colour = check.ok ? paint.green : paint.red;
  return [
    ...lines.map((line, i) => (i === 0 ? colour(sign) + line.slice(sign.length) : line)),
    ...reasonLines(check, context),
  ];
}

/** The tolerance matters where it was not kept. */
function reasonLines(
  check: LabCheck | undefined,
  { paint, columns, verbose }: TextContext,
): readonly string[] {
  if (check === undefined || check.why === '' || (check.ok && !verbose)) return [];
  return hanging('      ', check.why, columns).map(paint.dim);
}

function signOf({ ok }: LabCheck): string {
  return ok ? 'ok' : 'x';
}
