/** What a frame turned out to be. */
export const tcp = 0;
/** An ICMP destination-unreachable that quotes a TCP segment. */
export const unreachable = 1;
export const notTcp = 2;
/** A piece of a packet: without its ports, or without its length. */
export const fragment = 3;
/** It contradicts itself. */
export const malformed = 4;
/** The snap length cut it inside a header. */
export const cut = 5;
