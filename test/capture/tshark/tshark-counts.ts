import type { CaptureTotals } from '../../../src/tcp/capture.ts';

/** Those of our totals on which tshark has an opinion, by the same names. */
export const comparedCounts = [
  'connections',
  'syn',
  'synAck',
  'synRetransmissions',
  'synAckRetransmissions',
  'retransmissions',
  'timeoutRetransmissions',
  'fastRetransmissions',
  'spuriousRetransmissions',
  'keepaliveProbes',
  'zeroWindowProbes',
  'zeroWindows',
  'duplicateAcks',
  'outOfOrder',
  'resets',
] as const satisfies readonly (keyof CaptureTotals)[];
export type ComparedCount = (typeof comparedCounts)[number];
export type TsharkCounts = Readonly<Record<ComparedCount, number>>;
