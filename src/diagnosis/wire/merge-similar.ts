import { plural } from '../../base/units.ts';
import type { Finding } from '../../tcp/finding.ts';
import { compareFindings } from '../../tcp/finding-order.ts';
import { wireEvidence } from './wire-evidence.ts';

/** Two of a kind are told one by one; from here on the worst speaks for all. */
const MERGED_FROM = 3;
const MOST_NAMED = 8;

/**
 * One finding for listeners that suffer alike: the worst, with the names of the others, so that a page has one screen for one problem.
 * `kindOf`: what makes two findings alike. The order of `findings` decides between equally severe ones.
 */
export function mergeSimilar(
  findings: readonly Finding[],
  kindOf: (finding: Finding) => string = ({ cause }) => cause.id,
): readonly Finding[] {
  const kinds = new Map<string, Finding[]>();
  for (const finding of findings) {
    const kind = kindOf(finding);
    kinds.set(kind, [...(kinds.get(kind) ?? []), finding]);
  }
  return [...kinds.values()].flatMap((alike) => {
    const [worst, ...others] = alike.toSorted(compareFindings);
    return worst === undefined || alike.length < MERGED_FROM ? alike : [speakForAll(worst, others)];
  });
}

function speakForAll(worst: Finding, others: readonly Finding[]): Finding {
  const names = others.map(nameOf);
  const more = names.length - MOST_NAMED;
  const list = `${names.slice(0, MOST_NAMED).join(', ')}${more > 0 ? ` and ${plural(more, 'more', 'more')}` : ''}`;
  return {
    ...worst,
    title: `${worst.title}; likewise ${plural(others.length, 'other')}`,
    evidence: [...worst.evidence, wireEvidence('likewise', others.length, 'others', `the same at ${list}`)],
  };
}

function nameOf({ subject }: Finding): string {
  return subject.listener ?? subject.destination ?? subject.peer ?? '';
}
