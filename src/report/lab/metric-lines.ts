import { formatCount } from '../../base/units.ts';
import type { LabMetric } from '../../tcp/lab-run.ts';
import { printable } from '../printable.ts';
import type { TextContext } from '../text-context.ts';
import { hanging } from '../wrap-text.ts';
import { alignedColumns } from './aligned-columns.ts';
import { exactText, quantity } from './quantity.ts';

const onOneScreen = 4;

export function metricLines(
  metrics: readonly LabMetric[],
  { paint, columns, verbose }: TextContext,
): readonly string[] {
  const shown = verbose ? metrics : metrics.slice(0, onOneScreen);
  const rows = shown.map(({ name, value, unit }) => [printable(name), exactText(value), printable(unit)]);
  const lines =
    alignedColumns(
      rows,
      [{ align: 'left', paint: (text) => paint.dim(text) }, { align: 'right' }, { align: 'left' }],
      columns,
    ) ?? shown.flatMap(({ name, value, unit }) => hanging('', `${name}: ${quantity(value, unit)}`, columns));
  const rest = metrics.length - shown.length;
  return rest === 0 ? lines : [...lines, paint.dim(`and ${formatCount(rest)} more with --verbose`)];
}
