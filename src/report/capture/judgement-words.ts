/** Judgements in a reader's words. */
import type { JudgementId } from '../../tcp/capture.ts';

export interface JudgementWords {
  /** What it means, for a line in a list. */
  readonly meaning: string;
  /** How it ended, at the foot of a ladder. */
  readonly end: string;
  /** Red for what was lost, amber for what was late or odd; unknown is neither good nor bad. */
  readonly tone: 'loss' | 'pressure' | 'calm' | 'unknown';
}

export const judgementWords: Readonly<Record<JudgementId, JudgementWords>> = {
  'accept-queue-stall': {
    meaning: 'complete for the client, not yet for the server: its accept queue was full',
    end: 'accept queue full',
    tone: 'loss',
  },
  'syn-timeout': { meaning: 'no SYN was ever answered', end: 'no SYN answered', tone: 'loss' },
  refused: { meaning: 'the SYN was answered with a refusal', end: 'turned away', tone: 'loss' },
  'retransmission-death': {
    meaning: 'data was sent again and again, and nobody acknowledged it',
    end: 'data never acknowledged',
    tone: 'loss',
  },
  'keepalive-death': {
    meaning: 'idle, and the peer did not answer keepalive probes',
    end: 'probes unanswered',
    tone: 'loss',
  },
  'idle-timeout-cut': {
    meaning: 'worked, stood idle, and was cut off: on the way or by the other side',
    end: 'cut while idle',
    tone: 'loss',
  },
  'reset-by-middlebox': {
    meaning: 'reset by something between the two ends',
    end: 'reset from between',
    tone: 'loss',
  },
  'reset-by-server': { meaning: 'the server broke it off', end: 'broken off', tone: 'pressure' },
  'reset-by-client': { meaning: 'the client broke it off', end: 'broken off', tone: 'pressure' },
  'half-open': {
    meaning: 'answered with a SYN-ACK, never completed by the client',
    end: 'never completed',
    tone: 'loss',
  },
  'slow-open': {
    meaning: 'opened late: the first SYNs got no answer',
    end: 'opened late',
    tone: 'pressure',
  },
  'half-closed': {
    meaning: 'one side closed, the other has not',
    end: 'closed on one side',
    tone: 'pressure',
  },
  lingering: {
    meaning: 'all was said, and it stays open',
    end: 'stays open',
    tone: 'pressure',
  },
  heartbeat: { meaning: 'opened and closed without a byte', end: 'closed without a byte', tone: 'calm' },
  completed: { meaning: 'opened, used, closed in order', end: 'closed in order', tone: 'calm' },
  ongoing: { meaning: 'still open at the end, nothing amiss', end: 'still open', tone: 'calm' },
  unknown: { meaning: 'too little was captured to say', end: 'not enough was captured', tone: 'unknown' },
};
