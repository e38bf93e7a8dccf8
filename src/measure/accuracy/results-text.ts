import { label } from './judge.ts';
import type { Matrix, Share, Summary } from './summary.ts';
import { targets } from './summary.ts';
import { isRight, type TrialResult } from './trial-result.ts';

/** "12/250 F11 accept-queue-overflow/burst: right". */
export function resultLine(result: TrialResult, done: number, of: number): string {
  const { name, kinds, staged, notStaged, verdict } = result;
  const again = notStaged.length > 0 ? ` (repeated: ${notStaged.join('; ')})` : '';
  const word = staged ? (isRight(result) ? 'right' : `MISS, first: ${verdict.top}`) : 'not staged';
  return `${String(done).padStart(3)}/${of} ${name.padEnd(5)} ${kinds.join(' + ')}: ${word}${again}`;
}

/** What was staged, what was said: for the one who looks into it. */
export function missText(result: TrialResult, seed: number): string {
  const { name, kinds, family, link, background, parameters, truths, findings, verdict } = result;
  const values = Object.entries(parameters).map(([key, value]) => `${key}=${value}`);
  return [
    `--trial ${seed}:${name}  ${kinds.join(' + ')}`,
    `  staged  ${family}; ${link}; ${values.join(' ')}; background: ${background.join(', ') || 'none'}`,
    ...truths.map(({ id, cause, subject }) => `  true    ${label(id, cause)} ${JSON.stringify(subject)}`),
    ...findings.map(
      ({ id, severity, cause, subject, title }) =>
        `  said    ${severity} ${label(id, cause.id)} ${JSON.stringify(subject)}\n          ${title}`,
    ),
    ...verdict.falseAlarms.map(({ id, cause }) => `  false   ${label(id, cause.id)}`),
  ].join('\n');
}

export function summaryText(summary: Summary): string {
  const { faults, doubles, healthy, top, both, falseAlarms, notStaged, repeated, byKind } = summary;
  const wrong = byKind.filter(({ instead }) => instead.length > 0);
  return [
    'rows: what was staged; columns: what came first',
    ...matrixLines(summary.matrix),
    '',
    `${faults} hosts with a fault (${doubles} of them with two), ${healthy} healthy ones; ${notStaged.length} not staged, ${repeated} staged at a later attempt`,
    `first finding right, cause included   ${shareText(top)}   target ${targets.top * 100} %`,
    `both of two faults found              ${shareText(both)}   target ${targets.both * 100} %`,
    `hosts with a false alarm              ${falseAlarms.healthy} healthy, ${falseAlarms.faulty} with a fault   target 0`,
    ...wrong.map(
      ({ kind, right, staged, instead }) => `${kind}: ${right} of ${staged}; else ${instead.join(', ')}`,
    ),
    ...notStaged.map(
      ({ name, kinds, notStaged: why }) => `not staged: ${name} ${kinds.join(' + ')}: ${why.at(-1)}`,
    ),
    '',
    summary.meetsTargets ? 'The targets are met.' : 'The targets are missed.',
  ].join('\n');
}

/** Columns are numbered, since their names are longer than their cells. */
function matrixLines({ rows, columns, count }: Matrix): readonly string[] {
  const numberOf = (column: string): string => String(columns.indexOf(column) + 1).padStart(3);
  const width = Math.max(0, ...columns.map(({ length }) => length));
  const cell = (row: string, column: string): string => String(count(row, column) || '.').padStart(4);
  return [
    `${' '.repeat(width + 4)}${columns.map((column) => ` ${numberOf(column)}`).join('')}`,
    ...[...new Set([...columns, ...rows])].sort().map((name) => {
      const label = `${columns.includes(name) ? numberOf(name) : '   '} ${name.padEnd(width)}`;
      return rows.includes(name) ? `${label}${columns.map((column) => cell(name, column)).join('')}` : label;
    }),
  ];
}

/** "177 of 180 (98.3 %, 95.2 to 99.4 %)". */
export function shareText({ right, of, interval }: Share): string {
  if (of === 0) return 'none staged';
  const percent = (value: number): string => (value * 100).toFixed(1);
  return `${right} of ${of} (${percent(right / of)} %, 95 % interval ${percent(interval[0])} to ${percent(interval[1])} %)`;
}
