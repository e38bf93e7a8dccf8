import type { Finding } from '../../tcp/finding.ts';
import { type Consequence, isAbout, isAlarm, names, type Truth } from './truth.ts';

/** What a report is worth, compared with what was true. */
export interface Verdict {
  /** The first truth heads the alarms (or, as a remark, is there and nothing alarms). On a healthy host: nothing alarms. */
  readonly topRight: boolean;
  /** Every truth was said, at its level, with cause and subject. */
  readonly allFound: boolean;
  readonly missed: readonly Truth[];
  /** Alarms about nothing that was staged, and that no staged fault brings about. */
  readonly falseAlarms: readonly Finding[];
  /** "id (cause)" of the first alarm; "nothing" without one. */
  readonly top: string;
}

export function judge(
  findings: readonly Finding[],
  truths: readonly Truth[],
  consequences: readonly Consequence[],
): Verdict {
  const alarms = findings.filter(isAlarm);
  const missed = truths.filter((truth) => !isSaid(findings, truth));
  const [first] = truths;
  const [top] = alarms;
  const isRemark = first?.level === 'remark';
  const remark = isRemark ? findings.find((one) => names(one, first)) : undefined;
  return {
    topRight:
      first === undefined
        ? top === undefined
        : isRemark
          ? remark !== undefined && alarms.every((one) => isExplained(one, truths, consequences))
          : top !== undefined && names(top, first),
    allFound: missed.length === 0,
    missed,
    falseAlarms: alarms.filter((one) => !isExplained(one, truths, consequences)),
    top: top ? label(top.id, top.cause.id) : remark ? label(remark.id, remark.cause.id) : 'nothing',
  };
}

function isSaid(findings: readonly Finding[], truth: Truth): boolean {
  return findings.some((one) => names(one, truth) && isAlarm(one) === (truth.level === 'alarm'));
}

/** A wrong cause for the right subject is a miss, not a false alarm. */
function isExplained(
  finding: Finding,
  truths: readonly Truth[],
  consequences: readonly Consequence[],
): boolean {
  return (
    truths.some((truth) => truth.level === 'alarm' && isAbout(finding, truth)) ||
    consequences.some(
      ({ id, cause }) => finding.id === id && (cause === undefined || cause === finding.cause.id),
    )
  );
}

export function label(id: string, cause: string): string {
  return `${id} (${cause})`;
}
