import type { DeliberateDifference } from './deliberate-differences.ts';
import { comparedCounts } from './tshark-counts.ts';

/** The line of docs/capture-differences.md about one difference. */
export function differenceRow({ of, counts, why }: DeliberateDifference): string {
  const said = (by: 'tshark' | 'ours') =>
    comparedCounts
      .flatMap((name) => {
        const count = counts[name];
        return count === undefined ? [] : [`${count[by]} ${name}`];
      })
      .join(', ');
  return `| \`${of}\` | ${said('tshark')} | ${said('ours')} | ${why} |`;
}
