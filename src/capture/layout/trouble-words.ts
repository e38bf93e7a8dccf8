/**
 * What only few connections have. A record of 16 words comes with the first repeated SYN or SYN-ACK; the rest, kinds of retransmissions,
 * holes, unanswered probes, only where it is needed.
 */
export const troubleWords = 16;

/** How many repeated sends keep their times. */
export const keptRepeats = 6;

/** The second SYN on, and the second SYN-ACK on: µs after the start of the connection. */
export const synUs = 0;
export const synAckUs = 6;
/** SYN-ACKs repeated although the client had answered (16 bits), those of them after it had sent more << 16; and the first of them. */
export const stalls = 12;
export const stallPacket = 13;
/** Where the words of endpoint A are, B's `perEndpoint` behind them; 0: there are none. */
export const own = 15;
export const perEndpoint = 29;

/** Words of one endpoint. */
export const timeouts = 0;
export const fast = 1;
export const spurious = 2;
export const outOfOrder = 3;
export const duplicateAcks = 4;
export const zeroWindows = 5;
export const windowProbes = 6;
export const keepalives = 7;
/** Resets after the first. */
export const resets = 8;
/** Retransmissions and probes since the other side was last heard of, and the first and last of them by packet number. */
export const unanswered = 9;
export const unansweredFrom = 10;
export const unansweredTo = 11;
/** Of those, how many are probes, and how many repeat only a FIN. */
export const unansweredProbes = 12;
export const unansweredFins = 13;
/** End of what was sent when a retransmission began, and of what kind it was (see engine/sending.ts). */
export const recoverUntil = 14;
export const recoverKind = 15;
/** Moment of the first unanswered one. */
export const unansweredFromMs = 16;
/** Bytes that were passed over and may still come: from, to (equal: none), and when they were missed (µs modulo 2^32). */
export const holes = 17;
export const mostHoles = 4;
export const holeWords = 3;
