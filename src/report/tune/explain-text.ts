import type { ExplainedParameter } from '../../tcp/explained-parameter.ts';
import { atLeast, newestKernel, parseKernelVersion } from '../../tcp/model/kernel-version.ts';
import type { Judgement, Parameter } from '../../tcp/parameters/parameter.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { printable } from '../printable.ts';
import { hanging, widthOf, wrapText } from '../wrap-text.ts';
import { scopeText } from './scope-text.ts';
import { takesText } from './takes-text.ts';
import { valueText } from './value-text.ts';

export interface TuneTextOptions {
  readonly columns: number;
  readonly colour: boolean;
}

const LABEL_WIDTH = 10;
/** An answer, not a listing: so many interfaces are named. */
const MOST_INTERFACES = 6;

/** A parameter on some ten lines: value here, what it is, what values are worth, what it moves and does not, when it is read. */
export function explainText(explained: ExplainedParameter, options: TuneTextOptions): string {
  const { columns } = options;
  const paint = paintFor(options.colour);
  const { parameter } = explained;
  const kernel = parseKernelVersion(explained.kernel) ?? newestKernel;
  const isGone = parameter.removed !== null && atLeast(kernel, parameter.removed);
  const ofRunningKernels: readonly Fact[] = [
    ['moves', parameter.moves],
    ['does not', parameter.doesNot],
    ['read', parameter.read],
  ];
  const facts: readonly Fact[] = [
    ...(isGone ? [] : ofRunningKernels),
    [isGone ? 'instead' : 'depends', parameter.interactions.join(' · ')],
    ['takes', isGone ? '' : takesText(explained)],
    ['scope', isGone ? '' : scopeText(parameter)],
    ['source', parameter.source],
  ];
  const lines = [
    ...wrapText(`${parameter.name}${hereText(explained)}`, columns).map(paint.bold),
    ...wrapText(parameter.meaning, columns),
    ...verdictLines(explained, columns, paint),
    ...facts
      .filter(([, text]) => text !== '')
      .flatMap(([label, text]) => labelled(label, text, columns, paint)),
  ];
  return `${lines.join('\n')}\n`;
}

type Fact = readonly [label: string, text: string];

function labelled(label: string, text: string, columns: number, paint: Paint): readonly string[] {
  return hanging(label.padEnd(LABEL_WIDTH), text, columns).map((line, i) =>
    i === 0 ? `${paint.dim(line.slice(0, LABEL_WIDTH))}${line.slice(LABEL_WIDTH)}` : line,
  );
}

/** " = 60 s here, the kernel’s default"; nothing where it cannot be read. */
function hereText({ parameter, here, default: usual }: ExplainedParameter): string {
  const [first] = here;
  if (parameter.removed !== null && first === undefined) return ` (gone since ${parameter.removed})`;
  if (first === undefined) return usual === null ? '' : ` (default ${valueText(usual, parameter)})`;
  const isUsual = (value: string): boolean => value === usual;
  if (here.length === 1 && first.of === '') {
    const origin = usual === null ? '' : isUsual(first.value) ? ', the default' : ` (default ${usual})`;
    return ` = ${valueText(first.value, parameter)} here${origin}`;
  }
  const named = here.slice(0, MOST_INTERFACES).map(({ of, value }) => `${of} ${value}`);
  const more = here.length > MOST_INTERFACES ? `, ${here.length - MOST_INTERFACES} more` : '';
  return ` = ${named.join(', ')}${more} here${usual === null ? '' : ` (default ${usual})`}`;
}

/** Values with the same verdict share it; of several values that are worth the same the first speaks, NAME=VALUE asks for another. */
function verdictLines({ verdicts }: ExplainedParameter, columns: number, paint: Paint): readonly string[] {
  const groups = new Map<string, { judgement: Judgement; because: string; values: string[] }>();
  for (const { judgement, because, value } of verdicts) {
    const key = `${judgement} ${because}`;
    const group = groups.get(key) ?? { judgement, because, values: [] };
    group.values.push(value);
    groups.set(key, group);
  }
  const firsts = [...groups.values()].filter(
    ({ judgement }, at, all) => all.findIndex((one) => one.judgement === judgement) === at,
  );
  return firsts.flatMap(({ judgement, because, values }) => {
    const names = values.map((value) => `=${printable(value)}`).join(' ');
    const [first = '', ...rest] = verdictText(names, `${judgement}. ${because}`, columns);
    const painted = first.replace(`${judgement}.`, () => judgementPaint(judgement, paint)(`${judgement}.`));
    return [painted, ...rest];
  });
}

/** Behind a label that is longer than others the text does not begin further to the right. */
function verdictText(names: string, text: string, columns: number): readonly string[] {
  if (widthOf(names) < LABEL_WIDTH) return hanging(names.padEnd(LABEL_WIDTH), text, columns);
  return wrapText(`${names} ${text}`, columns - LABEL_WIDTH).map((line, i) =>
    i === 0 ? line : ' '.repeat(LABEL_WIDTH) + line,
  );
}

export function judgementPaint(judgement: Judgement | 'unknown', paint: Paint): Paint['red'] {
  if (judgement === 'harmful') return paint.red;
  if (judgement === 'obsolete') return paint.yellow;
  return judgement === 'good' ? paint.green : paint.bold;
}

/** Names that are longer stand on a line of their own. */
const NAME_COLUMNS = 42;

/** Names with their meaning, under their subjects. */
export function parameterListText(
  groups: readonly { readonly title: string; readonly parameters: readonly Parameter[] }[],
  options: TuneTextOptions,
): string {
  const paint = paintFor(options.colour);
  const widths = groups.flatMap(({ parameters }) => parameters).map(({ name }) => widthOf(name));
  const width = Math.max(0, ...widths.filter((one) => one <= NAME_COLUMNS));
  const isNarrow = options.columns < width + 40;
  const line = ({ name, meaning }: Parameter): readonly string[] => {
    if (isNarrow) return [name, ...hanging('    ', meaning, options.columns)];
    return widthOf(name) > width
      ? [name, ...hanging(' '.repeat(width + 2), meaning, options.columns)]
      : hanging(`${name.padEnd(width)}  `, meaning, options.columns);
  };
  const sections = groups.map(({ title, parameters }) =>
    [paint.bold(title), ...parameters.flatMap(line)].join('\n'),
  );
  return `${sections.join('\n\n')}\n`;
}
