import { formatCount, formatRate, formatShare, plural } from '../../base/units.ts';
import type { Finding } from '../../tcp/finding.ts';

/** "is under a SYN flood: 9,000 handshakes from 8,800 addresses were never completed (98 % of all)". `addresses` 0: not seen. */
export function floodTitle(flood: {
  readonly count: number;
  readonly share: number;
  readonly addresses: number;
}): string {
  const { count, share, addresses } = flood;
  const from = addresses > 0 ? ` from ${plural(addresses, 'address', 'addresses')}` : '';
  return `is under a SYN flood: ${formatCount(count)} handshakes${from} were never completed (${formatShare(share)} of all)`;
}

export function completedText(perSecond: number): string {
  return perSecond === 0
    ? 'no client completed a handshake'
    : `real clients complete ${formatRate(perSecond)}`;
}

export function floodCause(few: boolean): Finding['cause'] {
  return few
    ? { id: 'few-sources', title: 'one or a few hosts send SYNs and never complete the handshake' }
    : {
        id: 'forged-or-distributed',
        title: 'SYNs from many addresses, none of which completes the handshake',
      };
}

export const lostRepliesExplanation =
  'The clients are few, or try again as real ones do. Either our SYN-ACKs do not reach them (they repeat the SYN) or their ACKs do not reach us (they believe to be connected): a firewall in one direction, or asymmetric routing.';
