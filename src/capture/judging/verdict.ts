import type { JudgementId } from '../../tcp/capture.ts';
import type { Confidence } from '../../tcp/finding.ts';

/**
 * What exactly was seen of a connection: finer than the judgement it amounts to, since each is told in other words. `verdicts` is in the
 * order of the numbers that stand for them.
 */
export const verdicts = [
  'too-little',
  'one-way',
  'syn-early',
  'answer-missed',
  'half-open-early',
  'superseded',
  'syn-timeout',
  'refused-by-reset',
  'refused-by-icmp',
  'half-open',
  'half-open-refused',
  'half-open-once',
  'half-open-unseen',
  'stall-data',
  'stall-syn-ack',
  'stall-once',
  'stall-silent',
  'keepalive-death',
  'window-probe-death',
  'retransmission-death',
  'answered-in-vain',
  'idle-cut-reset',
  'idle-cut-silence',
  'forgotten',
  'forgotten-by-server',
  'forgotten-by-client',
  'reset-by-middlebox',
  'reset-by-server',
  'reset-by-client',
  'slow-open',
  'slow-open-syn-ack',
  'lingering',
  'half-closed',
  'closed-too-late',
  'heartbeat',
  'completed',
  'ongoing',
] as const;
export type Verdict = (typeof verdicts)[number];

interface Meaning {
  readonly judgement: JudgementId;
  readonly confidence: Confidence;
}

const certain = (judgement: JudgementId): Meaning => ({ judgement, confidence: 'certain' });
const likely = (judgement: JudgementId): Meaning => ({ judgement, confidence: 'likely' });

export const meanings: Readonly<Record<Verdict, Meaning>> = Object.freeze({
  'too-little': certain('unknown'),
  'one-way': certain('unknown'),
  'syn-early': certain('unknown'),
  'answer-missed': certain('unknown'),
  'half-open-early': certain('unknown'),
  superseded: certain('unknown'),
  'syn-timeout': certain('syn-timeout'),
  'refused-by-reset': certain('refused'),
  'refused-by-icmp': certain('refused'),
  'half-open': certain('half-open'),
  'half-open-refused': certain('half-open'),
  'half-open-once': likely('half-open'),
  'half-open-unseen': likely('half-open'),
  'stall-data': certain('accept-queue-stall'),
  'stall-syn-ack': likely('accept-queue-stall'),
  'stall-once': { judgement: 'accept-queue-stall', confidence: 'possible' },
  'stall-silent': { judgement: 'accept-queue-stall', confidence: 'possible' },
  'keepalive-death': certain('keepalive-death'),
  'window-probe-death': certain('retransmission-death'),
  'retransmission-death': certain('retransmission-death'),
  'answered-in-vain': likely('retransmission-death'),
  'idle-cut-reset': likely('idle-timeout-cut'),
  'idle-cut-silence': likely('idle-timeout-cut'),
  forgotten: likely('idle-timeout-cut'),
  'forgotten-by-server': certain('reset-by-server'),
  'forgotten-by-client': certain('reset-by-client'),
  'reset-by-middlebox': likely('reset-by-middlebox'),
  'reset-by-server': certain('reset-by-server'),
  'reset-by-client': certain('reset-by-client'),
  'slow-open': certain('slow-open'),
  'slow-open-syn-ack': certain('slow-open'),
  lingering: certain('lingering'),
  'half-closed': certain('half-closed'),
  'closed-too-late': likely('half-closed'),
  heartbeat: certain('heartbeat'),
  completed: certain('completed'),
  ongoing: certain('ongoing'),
});
