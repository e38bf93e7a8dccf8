import type { CaptureFacts, CaptureListener, JudgementId } from '../../tcp/capture.ts';
import { judged, openedOn } from './listener-counts.ts';
import { examplesOf } from './telling-examples.ts';

/**
 * Whom a listener leaves without an answer. both: clients that it serves at other times, as a full queue does; others: always the same
 * ones, as a filter on addresses does; untold: each client came once or twice, or too little is known.
 */
export type LeftWaiting = 'both' | 'others' | 'untold';

const SEVERAL = 3;
const MANY = 10;
/** Those that are never served may try somewhat more often, or give up for a while. */
const MORE_OFTEN = 1.1;
const LESS_OFTEN = 0.3;

export function leftWaiting(facts: CaptureFacts, listener: CaptureListener): LeftWaiting {
  const { attempts, clients, clientsServed } = listener;
  const never = clients - clientsServed;
  if (judged(listener, 'syn-timeout') > 0 && never <= 0) return 'both';
  if (isOneOfBoth(facts, listener)) return 'both';
  // With those at the very end of the capture, which may wait for an answer still.
  const left = attempts - openedOn(listener) - judged(listener, 'refused') - judged(listener, 'half-open');
  const each = attempts / Math.max(1, clients);
  const ofTheNever = never * each;
  // All attempts of those who were never served do not make up what was left unanswered.
  if (never >= MANY && left - ofTheNever * MORE_OFTEN >= SEVERAL) return 'both';
  const comeBack = left >= SEVERAL && each >= SEVERAL && clientsServed > 0;
  const isTheirs = left <= ofTheNever * MORE_OFTEN && left >= ofTheNever * LESS_OFTEN;
  return comeBack && isTheirs ? 'others' : 'untold';
}

const servedIds: readonly JudgementId[] = [
  'completed',
  'heartbeat',
  'ongoing',
  'slow-open',
  'reset-by-server',
];

function isOneOfBoth(facts: CaptureFacts, listener: CaptureListener): boolean {
  const served = new Set(examplesOf(facts, servedIds, listener).map(({ client }) => client));
  return examplesOf(facts, ['syn-timeout'], listener).some(({ client }) => served.has(client));
}
