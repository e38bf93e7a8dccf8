import type { Severity } from '../../tcp/finding.ts';
import type { RetransmissionCause } from './retransmission-facts.ts';

/** `share` of all segments that could have been sent again, 0 to 1. */
export interface Resends {
  readonly resent: number;
  readonly share: number;
}

const NOTABLE_SHARE = 0.01;
const SEVERE_SHARE = 0.1;
const FEWEST = 20;
const FEWEST_SEVERE = 100;

/** More than a healthy path needs, and enough of them to speak of a share. */
export function isNotable({ resent, share }: Resends): boolean {
  return resent >= FEWEST && share >= NOTABLE_SHARE;
}

export function resendSeverity(cause: RetransmissionCause, { resent, share }: Resends): Severity {
  if (
    cause === 'dead-peers' ||
    cause === 'full-accept-queue' ||
    (cause === 'spurious' && share < SEVERE_SHARE)
  )
    return 'info';
  const severe = cause !== 'spurious' && share >= SEVERE_SHARE && resent >= FEWEST_SEVERE;
  return severe ? 'critical' : 'warning';
}
