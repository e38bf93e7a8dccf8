/** Checks that could not be made, in a terminal. */
import type { Report } from '../tcp/report.ts';
import { uncheckedGroups, uncheckedRules } from './headline.ts';
import type { TextContext } from './text-context.ts';
import { hanging } from './wrap-text.ts';

type Unchecked = Pick<Report, 'unknowns'>;

/** How many, and why; nothing when all could be made. */
export function uncheckedLines(report: Unchecked, context: TextContext): readonly string[] {
  const count = uncheckedRules(report).length;
  if (count === 0) return [];
  const heading = `${count} ${count === 1 ? 'check' : 'checks'} could not be made:`;
  return [context.paint.bold(heading), ...reasonLines(report, context)];
}

/** Each reason, and below it the rules that it keeps from judging. */
export function reasonLines(report: Unchecked, { paint, columns }: TextContext): readonly string[] {
  return uncheckedGroups(report).flatMap(({ because, rules }) => [
    ...hanging('  ', because, columns),
    ...hanging('    ', rules.join(', '), columns).map(paint.dim),
  ]);
}
