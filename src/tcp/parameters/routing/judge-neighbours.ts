import { formatCount } from '../../../base/units.ts';
import type { JudgeContext, Verdict } from '../parameter.ts';
import { harmful } from '../verdict.ts';

/** The three limits must rise: a verdict where one that is set beside it is passed. */
export function crossedThresholds(
  step: 1 | 2,
  number: number,
  { other }: JudgeContext,
  family: 'ipv4' | 'ipv6' = 'ipv4',
): Verdict | undefined {
  const next = other(`net.${family}.neigh.default.gc_thresh${step + 1}`)?.number;
  return next === undefined || number <= next
    ? undefined
    : harmful(
        `It must not be above gc_thresh${step + 1} (${formatCount(next)} here): the limits of the neighbour table cross.`,
      );
}
