/** Bits of `state` in a connection's record. Those of an endpoint are written for A, and stand one higher for B. */
export const isIpv6 = 1 << 0;
/** B is the client; else A is. */
export const clientIsB = 1 << 1;
export const beginsWithSynAck = 1 << 2;
/** Neither SYN nor SYN-ACK was captured. */
export const beginsInMiddle = 1 << 3;
export const simultaneousOpen = 1 << 4;
/** The client acknowledged the SYN-ACK. */
export const established = 1 << 5;
export const cookieLike = 1 << 6;
export const unreachable = 1 << 7;
/** A reset whose TTL or IP ID is not its sender's. */
export const foreignReset = 1 << 8;
/** B sent the last packet. */
export const lastFromB = 1 << 9;
export const fin = 1 << 10;
export const finAcked = 1 << 12;
export const reset = 1 << 14;
/** Data of this endpoint was acknowledged. */
export const dataAcked = 1 << 16;
/** It sent something new after the other's FIN. */
export const sentAfterFin = 1 << 18;
/** Its sequence numbers are known. */
export const known = 1 << 20;
/** It has sent an acknowledgement. */
export const hasAcked = 1 << 22;
/** A later SYN began another connection between the same endpoints. */
export const superseded = 1 << 24;
/** Its last packet ended behind the highest byte that it has sent. */
export const endedAtNext = 1 << 25;
/** What was judged in the end, a number of verdict-numbers.ts. */
export const verdictShift = 26;
export const beforeVerdict = (1 << 26) - 1;
