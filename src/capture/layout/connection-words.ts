/**
 * How a connection is kept while a capture is read: 48 words of 32 bits (three cache lines), so that half a million connections cost no
 * objects. Words 0 to 15 are of the connection, 16 to 31 of its endpoint A, 32 to 47 of endpoint B; A is the lower of the two by address,
 * then port (see engine/follow.ts), and which of them is the client may be learned late. Moments are ms since the whole second of the
 * capture's first packet, modulo 2^32 (49 days): differences are right as long as a connection lasts no longer than half of that.
 *
 * These files of plain numbers are read by the engine, which is compiled to WebAssembly, and by what reads the engine's memory.
 */
export const recordWords = 48;
export const endpointA = 16;
export const endpointB = 32;

/** Key: addresses of A and B (IPv4 address or number in the address book), and A's port | B's port << 16. */
export const addressA = 0;
export const addressB = 1;
export const ports = 2;
/** See state-bits.ts. */
export const state = 3;
/** Number of the first and last packet. */
export const firstPacket = 4;
export const lastPacket = 5;
/** Times of first and last packet as 64-bit floats: µs from the whole second of the capture's first packet. */
export const startUs = 6;
export const lastUs = 8;
/** SYNs and SYN-ACKs sent, 16 bits each. */
export const sends = 10;
/** Microseconds; 0: not measured. */
export const handshakeRttUs = 11;
/** The longest time without a packet, ms, and the moment when it began. */
export const idleMs = 12;
export const idleAtMs = 13;
/** Where its trouble record is; 0: it has none. */
export const trouble = 14;
/** Packet that answered the first SYN: SYN-ACK, RST or ICMP error. */
export const answerPacket = 15;
