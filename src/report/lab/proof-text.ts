import { plural } from '../../base/units.ts';
import type { Proof } from '../../tcp/proof.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import { printable } from '../printable.ts';
import { hanging, wrapText } from '../wrap-text.ts';
import { alignedColumns, type Column } from './aligned-columns.ts';
import { type LabTextOptions, labRunText } from './lab-run-text.ts';
import {
  changeText,
  inVainText,
  moveText,
  notProven,
  type ProofKind,
  proofVerdict,
  type RowKind,
  rowKind,
} from './proof-verdict.ts';
import { exactText } from './quantity.ts';

const verdictSigns: Readonly<Record<ProofKind, string>> = {
  worked: 'ok',
  failed: 'x',
  'not-shown': '!',
  incomplete: '!',
};
const rowSigns: Readonly<Record<RowKind, string>> = { better: 'ok', worse: 'x', neutral: '-' };

/**
 * What `prove` prints: whether the remedy works, the numbers before and after it, what that does not prove; with `verbose` both
 * runs in full. Ends with a newline.
 */
export function proofText(proof: Proof, options: LabTextOptions): string {
  const width = Math.max(40, Math.floor(options.width));
  const paint = paintFor(options.colour);
  const sections = [
    verdictLines(proof, width, paint),
    subjectLines(proof, width, paint),
    rowLines(proof, width, paint),
    inVainLines(proof, width, paint),
    scaledLines(proof, width, paint),
    [
      paint.bold('What this does not prove'),
      ...notProven(proof).flatMap((text) => hanging('- ', text, width)),
    ],
  ].filter((lines) => lines.length > 0);
  const runs = options.verbose
    ? [['Before', proof.before] as const, ['After', proof.after] as const].map(
        ([name, run]) =>
          `\n${paint.dim('─'.repeat(width))}\n\n${paint.bold(name)}\n\n${labRunText(run, options)}`,
      )
    : [];
  return `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n${runs.join('')}`;
}

function verdictLines(proof: Proof, width: number, paint: Paint): readonly string[] {
  const { kind, sentence } = proofVerdict(proof);
  const sign = verdictSigns[kind];
  const colour = kind === 'worked' ? paint.green : kind === 'failed' ? paint.red : paint.yellow;
  return hanging(`${sign} `, `${sentence}.`, width).map((line, i) =>
    i === 0 ? colour(sign) + paint.bold(line.slice(sign.length)) : paint.bold(line),
  );
}

function subjectLines(
  { finding, subject, remedy, changed, proposed, failure, before, after }: Proof,
  width: number,
  paint: Paint,
): readonly string[] {
  const about = subject === '' ? finding : `${finding} of ${subject}`;
  const runs = `two runs of ${before.scenario}, ${plural(before.packetsSeen, 'segment')} in ${secondsText(before.tookMs)} before, ${plural(after.packetsSeen, 'segment')} in ${secondsText(after.tookMs)} after`;
  return [
    ...wrapText(
      `${about}; tried: ${remedy}${changed.length === 0 ? '' : ` (${changeText(changed)})`}`,
      width,
    ),
    ...(proposed === undefined ? [] : wrapText(`the doctor proposes: ${proposed}`, width).map(paint.dim)),
    ...(failure === undefined ? [] : wrapText(`the failure: ${failure}`, width).map(paint.dim)),
    ...wrapText(runs, width).map(paint.dim),
  ];
}

function inVainLines({ inVain }: Proof, width: number, paint: Paint): readonly string[] {
  if (inVain === undefined) return [];
  return [paint.bold('Tried in vain'), ...hanging('- ', inVainText(inVain), width)];
}

function scaledLines({ scaled = [] }: Proof, width: number, paint: Paint): readonly string[] {
  if (scaled.length === 0) return [];
  return [paint.bold('Not as on the host'), ...scaled.flatMap((text) => hanging('- ', text, width))];
}

function rowLines(proof: Proof, width: number, paint: Paint): readonly string[] {
  const { rows } = proof;
  if (rows.length === 0) return [];
  const kinds = rows.map(rowKind);
  const cells = rows.map((row, i) => [
    rowSigns[kinds[i] ?? 'neutral'],
    printable(row.name),
    exactText(row.before),
    exactText(row.after),
    row.inVain === undefined ? '' : exactText(row.inVain),
    printable(row.unit),
    moveText(row),
  ]);
  const colourOf = (row: number): ((text: string) => string) => {
    const kind = kinds[row - 1];
    return kind === 'better' ? paint.green : kind === 'worse' ? paint.red : paint.dim;
  };
  const columns: readonly Column[] = [
    { align: 'left', paint: (text, row) => colourOf(row)(text) },
    { align: 'left' },
    { align: 'right', paint: (text, row) => (row === 0 ? paint.dim(text) : text) },
    { align: 'right', paint: (text, row) => (row === 0 ? paint.dim(text) : paint.bold(text)) },
    { align: 'right', paint: paint.dim },
    { align: 'left' },
    { align: 'right', paint: (text) => paint.dim(text) },
  ];
  const tried = rows.some(({ inVain }) => inVain !== undefined) ? 'in vain' : '';
  const head = ['', '', 'before', 'after', tried, '', ''];
  const sentences = (): readonly string[] =>
    cells.flatMap(([sign = '', name = '', before = '', after = '', , unit = '']) =>
      hanging(`${sign.padEnd(2)}  `, `${name}: ${before} before, ${after} after ${unit}`.trim(), width),
    );
  const table = [head, ...cells];
  // How far a number moved is the first to give way.
  const narrower = table.map((row) => row.slice(0, -1));
  return alignedColumns(table, columns, width) ?? alignedColumns(narrower, columns, width) ?? sentences();
}
