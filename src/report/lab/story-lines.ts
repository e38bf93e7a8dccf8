import { formatCount } from '../../base/units.ts';
import type { LabRun } from '../../tcp/lab-run.ts';
import { secondsText } from '../ladder/seconds-text.ts';
import type { TextContext } from '../text-context.ts';
import { hanging, widthOf } from '../wrap-text.ts';

const onOneScreen = 4;

/** What was done, line by line, times before the words. */
export function storyLines(
  story: LabRun['story'],
  { paint, columns, verbose }: TextContext,
): readonly string[] {
  const shown = verbose ? story : story.slice(0, onOneScreen);
  const times = shown.map(({ atMs }) => secondsText(atMs));
  const width = Math.max(0, ...times.map(widthOf));
  const lines = shown.flatMap(({ text }, i) =>
    hanging(`${(times[i] ?? '').padStart(width)}  `, text, columns).map((line, n) =>
      n === 0 ? paint.dim(line.slice(0, width)) + line.slice(width) : line,
    ),
  );
  const rest = story.length - shown.length;
  return rest === 0 ? lines : [...lines, paint.dim(`and ${formatCount(rest)} more lines with --verbose`)];
}
