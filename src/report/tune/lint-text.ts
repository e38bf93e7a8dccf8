import { formatCount, plural } from '../../base/units.ts';
import { type LineJudgement, lineJudgements, type TuneLint, type TuneLintLine } from '../../tcp/tune-lint.ts';
import { type Paint, paintFor } from '../ansi.ts';
import { printable } from '../printable.ts';
import { hanging, widthOf, wrapText } from '../wrap-text.ts';
import { judgementPaint, type TuneTextOptions } from './explain-text.ts';

const heading: Readonly<Record<LineJudgement, string>> = {
  harmful: 'x Harmful',
  obsolete: '! Obsolete',
  situational: '~ Depends on the case',
  unknown: '? Unknown',
  unrelated: '- Unrelated to TCP connections',
  good: '+ Good',
};

/** More would hide what counts. */
const MOST_OVERRIDDEN = 15;

const summaryWord: Readonly<Record<LineJudgement, string>> = {
  harmful: 'harmful',
  obsolete: 'obsolete',
  situational: 'depending on the case',
  unknown: 'unknown',
  unrelated: 'unrelated to TCP',
  good: 'good',
};

/** What `tune lint` prints: the sum first, then the lines, worst first; what is overridden and what is no setting at the end. */
export function lintText(lint: TuneLint, options: TuneTextOptions): string {
  const { columns } = options;
  const paint = paintFor(options.colour);
  const where = placeWriter(lint);
  const sections = [
    wrapText(summary(lint), columns).map(paint.bold),
    ...lineJudgements.map((judgement) => {
      const lines = lint.lines.filter((line) => line.effective && line.judgement === judgement);
      return lines.length === 0
        ? []
        : [
            judgementPaint(judgement, paint)(heading[judgement]),
            ...groupedLines(lines, where, columns, paint),
          ];
    }),
    overriddenLines(lint, where, columns, paint),
    errorLines(lint, where, columns, paint),
    lint.notes.flatMap((note) => wrapText(note, columns)),
  ];
  return `${sections
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function summary({ lines, files, errors, kernel }: TuneLint): string {
  const inForce = lines.filter(({ effective }) => effective);
  const counts = lineJudgements
    .map((judgement) => ({
      judgement,
      count: inForce.filter((line) => line.judgement === judgement).length,
    }))
    .filter(({ count }) => count > 0)
    .map(({ judgement, count }) => `${formatCount(count)} ${summaryWord[judgement]}`);
  const lost = lines.length - inForce.length;
  const rest = [
    ...counts,
    ...(lost === 0 ? [] : [`${formatCount(lost)} overridden`]),
    ...(errors.length === 0 ? [] : [plural(errors.length, 'error')]),
  ];
  const head = `${plural(lines.length, 'setting')} in ${plural(files.length, 'file')}, judged for Linux ${kernel}`;
  return rest.length === 0 ? `${head}.` : `${head}: ${rest.join(', ')}.`;
}

type PlaceWriter = (place: { readonly file: string; readonly line?: number }) => string;

/** "line 12" in a single file, "99-tuning.conf:12" where file names tell the files apart, else the whole path. */
function placeWriter({ files, errors }: TuneLint): PlaceWriter {
  const all = new Set([...files, ...errors.map(({ file }) => file)]);
  const short = (file: string): string => file.split('/').at(-1) || file;
  const areDistinct = new Set([...all].map(short)).size === all.size;
  return ({ file, line }) => {
    if (all.size === 1 && line !== undefined) return `line ${line}`;
    const name = areDistinct && line !== undefined ? short(file) : file;
    return line === undefined ? name : `${name}:${line}`;
  };
}

/** Lines with the same reason stand together above it. */
function groupedLines(
  lines: readonly TuneLintLine[],
  where: PlaceWriter,
  columns: number,
  paint: Paint,
): readonly string[] {
  const groups = new Map<string, TuneLintLine[]>();
  for (const line of lines) {
    const group = groups.get(line.because);
    if (group === undefined) groups.set(line.because, [line]);
    else group.push(line);
  }
  return [...groups].flatMap(([because, group]) => [
    ...group.flatMap((line) => settingLine(line, where(line), columns, paint)),
    ...hanging('      ', because, columns),
  ]);
}

function settingLine(line: TuneLintLine, place: string, columns: number, paint: Paint): readonly string[] {
  const setting = `  ${printable(line.parameter)} = ${printable(line.value)}`;
  const gap = columns - widthOf(setting) - widthOf(place);
  if (gap < 2) return [...hanging('  ', setting.trim(), columns), `    ${paint.dim(place)}`];
  return [`${setting}${' '.repeat(gap)}${paint.dim(place)}`];
}

function overriddenLines(
  lint: TuneLint,
  where: PlaceWriter,
  columns: number,
  paint: Paint,
): readonly string[] {
  const lines = lint.lines.filter(({ effective }) => !effective);
  if (lines.length === 0) return [];
  const more = lines.length - MOST_OVERRIDDEN;
  return [
    paint.bold('  Without effect: a later line sets the same'),
    ...(more > 1 ? [`  the last ${MOST_OVERRIDDEN} of ${formatCount(lines.length)}; --json has all`] : []),
    ...lines
      .slice(more > 1 ? -MOST_OVERRIDDEN : 0)
      .flatMap((line) =>
        settingLine(line, `${where(line)}, then ${where(line.overriddenBy ?? line)}`, columns, paint),
      ),
  ];
}

function errorLines(
  { errors }: TuneLint,
  where: PlaceWriter,
  columns: number,
  paint: Paint,
): readonly string[] {
  if (errors.length === 0) return [];
  return [
    paint.red('x Not understood'),
    ...errors.flatMap((error) => hanging(`  ${printable(where(error))}: `, error.message, columns)),
  ];
}
