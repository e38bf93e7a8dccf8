import type { CaptureFacts } from '../../tcp/capture.ts';
import type { FindingId } from '../../tcp/finding.ts';
import type { Judgement } from '../rule.ts';

/** What a rule of the doctor says of a capture: plain data and one pure function. */
export interface WireRule {
  readonly id: FindingId;
  /** What the wire must show for it to fire. */
  readonly summary: string;
  readonly judge: (facts: CaptureFacts) => Judgement;
}

export function defineWireRule(rule: WireRule): WireRule {
  return Object.freeze(rule);
}
