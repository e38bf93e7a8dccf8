import type { Finding } from '../../tcp/finding.ts';
import { labNumber } from './lab-number.ts';

const MOST_SOCKETS = 8;
const MOST_PLACES = 30;

/** Twice as many clients as the stuck member has places for. */
export function reuseportExperiment(sockets: number, limit: number, cause: string): Finding['experiment'] {
  const size = Math.min(MOST_SOCKETS, Math.max(2, sockets));
  const backlog = Math.min(MOST_PLACES, Math.max(0, limit));
  const senders = 2 * size * (backlog + 1);
  return {
    scenario: 'reuseport-imbalance',
    set: {
      sockets: labNumber(size, 2, MOST_SOCKETS),
      backlog: labNumber(backlog, 0, MOST_PLACES),
      cause: cause === 'process-stopped' ? 'process-stopped' : 'blocked',
      senders: labNumber(senders, 16, 4000),
      arrivalsPerSecond: labNumber(senders / 4, 20, 2000),
    },
  };
}
