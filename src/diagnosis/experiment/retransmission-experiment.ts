import type { Finding } from '../../tcp/finding.ts';
import type { RetransmissionCause } from '../retransmissions/retransmission-facts.ts';
import { labNumber, noExperiment } from './lab-number.ts';

/** `share` of the segments sent that were sent again, from 0 to 1. */
export function retransmissionExperiment(cause: RetransmissionCause, share: number): Finding['experiment'] {
  const percent = 100 * share;
  switch (cause) {
    case 'packet-loss':
      return { scenario: 'retransmissions', set: { cause, lossPercent: labNumber(percent, 3, 20) } };
    case 'spurious':
      return { scenario: 'retransmissions', set: { cause, latePercent: labNumber(percent, 10, 50) } };
    case 'dead-peers':
      return { scenario: 'retransmit-death', set: {} };
    case 'full-accept-queue':
      return { scenario: 'accept-queue-overflow', set: { client: 'sends' } };
    default:
      // A firewall rule of this very host: what it stops is known by looking at it.
      return noExperiment;
  }
}
