/** Words of one endpoint, counted from `endpointA` or `endpointB` of its connection's record. */

/** Initial sequence number; for a capture that begins in the middle, the number before the first byte seen. */
export const isn = 0;
/** Behind the highest byte sent (SND.NXT as the wire shows it). */
export const next = 1;
/** Highest acknowledgement it has sent. */
export const acked = 2;
/** Last window as sent (16 bits), window scale << 16 (8 bits), what it offered (offer-bits.ts) << 24. */
export const window = 3;
/** MSS (16 bits), TTL << 16 (8 bits), times its sequence numbers wrapped << 24. */
export const traits = 4;
/** Last IP ID (16 bits), duplicate ACKs in a row << 16 (8 bits), small steps of its IP ID in a row << 24 (4 bits). */
export const run = 5;
export const packets = 6;
export const dataSegments = 7;
export const push = 8;
/** Moment of its last packet. */
export const lastMs = 9;
/** End of the segment whose round trip is being timed, and when it was sent (µs modulo 2^32, never 0); 0: none is. */
export const timedNext = 10;
export const timedAtUs = 11;
/** Round trips; see engine/rtt.ts. */
export const rtt = 12;
/** Client: last SYN before the answer; server: first SYN-ACK; µs after the start of the connection. */
export const openedUs = 13;
/** Its first FIN, or its RST: packet number, and moment. */
export const endPacket = 14;
export const endMs = 15;
