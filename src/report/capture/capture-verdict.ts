/** The first sentence about a capture, whatever renders it. */
import { formatCount, plural } from '../../base/units.ts';
import type { CaptureReport } from '../../tcp/capture.ts';
import type { Finding } from '../../tcp/finding.ts';
import { isProblem, worstFirst } from '../finding-order.ts';
import { uncheckedRules } from '../headline.ts';
import { sentenceCase } from '../sentence-case.ts';
import { judgementRows } from './judgement-rows.ts';

export interface CaptureVerdict {
  /**
   * `problems`: findings speak. `amiss`: no rule found a problem, yet some connections went wrong or were late. `partial`: nothing was
   * found, but not everything could be judged. `clean`: everything was, and nothing was wrong.
   */
  readonly kind: 'problems' | 'amiss' | 'partial' | 'clean';
  /** Without a final stop. */
  readonly headline: string;
  /** What the headline rests on, or what it leaves open; may be "". */
  readonly detail: string;
}

export function captureVerdict(report: CaptureReport): CaptureVerdict {
  const [worst] = worstFirst(report.findings).filter(isProblem);
  if (worst !== undefined) return { kind: 'problems', headline: sentenceCase(worst.title), detail: '' };
  const missing = missingEvidence(report).join(', ');
  const { connections } = report.totals;
  if (connections === 0) {
    const headline =
      report.tcpPackets === 0
        ? 'There is no TCP in this capture'
        : 'There is no TCP connection in this capture';
    return { kind: 'partial', headline, detail: missing };
  }
  const amiss = judgementRows(report).filter(({ words: { tone } }) => tone === 'loss' || tone === 'pressure');
  if (amiss.length > 0) {
    const count = amiss.reduce((sum, row) => sum + row.count, 0);
    const which = connections === 1 ? onlyText(report, amiss[0]?.id ?? '') : countsText(amiss);
    const detail = [which, missing].filter((text) => text !== '').join('; ');
    return { kind: 'amiss', headline: amissText(count, connections), detail };
  }
  const seen = countsText(judgementRows(report));
  if (missing !== '')
    return {
      kind: 'partial',
      headline: 'Nothing wrong was found in what could be judged of this capture',
      detail: [missing, seen].filter((text) => text !== '').join('; '),
    };
  const all = connections === 1 ? 'the one connection' : `the ${formatCount(connections)} connections`;
  return { kind: 'clean', headline: `Nothing is wrong with ${all} in this capture`, detail: seen };
}

/** Findings that are told below the first. */
export function otherProblems(report: CaptureReport): readonly Finding[] {
  return worstFirst(report.findings).filter(isProblem).slice(1);
}

/** Why "nothing found" is not "nothing wrong"; empty when everything could be judged. */
function missingEvidence(report: CaptureReport): readonly string[] {
  const { partial, unknowns, judgements, skipped, totals } = report;
  const unjudged = judgements.unknown ?? 0;
  const unread = skipped.malformed + skipped.cut;
  return [
    partial === null ? '' : `the file was not read beyond record ${formatCount(partial.record)}`,
    unknowns.length === 0 ? '' : `${plural(uncheckedRules({ unknowns }).length, 'check')} could not be made`,
    unjudged === 0 ? '' : `${plural(unjudged, 'connection')} could not be judged`,
    unread === 0 ? '' : `${plural(unread, 'packet')} could not be read`,
    totals.missedByCapture === 0
      ? ''
      : `the capture lacks packets that were sent (${plural(totals.missedByCapture, 'gap')})`,
  ].filter((text) => text !== '');
}

function amissText(count: number, all: number): string {
  if (all === 1) return 'The one connection in this capture did not go as it should';
  return `${formatCount(count)} of ${formatCount(all)} connections did not go as ${count === 1 ? 'it' : 'they'} should`;
}

/** Of a single connection there is room to say what was seen: "its SYN was sent 7 times in 65.1 s and never answered (syn-timeout)". */
function onlyText({ examples }: CaptureReport, id: string): string {
  const because = examples.find(({ judgement }) => judgement.id === id)?.judgement.because.replace(/\.$/, '');
  return because === undefined ? id : `${because} (${id})`;
}

function countsText(rows: readonly { readonly id: string; readonly count: number }[]): string {
  return rows.map(({ id, count }) => `${formatCount(count)} ${id}`).join(', ');
}
