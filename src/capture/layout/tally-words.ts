/** Counts over the whole capture, 64-bit floats in the engine's memory, by index; the names are those of CaptureTotals. */
export const tallyWords = 24;
export const connections = 0;
export const syn = 1;
export const synAck = 2;
export const synRetransmissions = 3;
export const synAckRetransmissions = 4;
export const timeoutRetransmissions = 5;
export const fastRetransmissions = 6;
export const spuriousRetransmissions = 7;
export const keepaliveProbes = 8;
export const zeroWindowProbes = 9;
export const zeroWindows = 10;
export const duplicateAcks = 11;
export const outOfOrder = 12;
export const resets = 13;
export const push = 14;
export const payloadBytes = 15;
export const dataSegments = 16;
export const copies = 17;
export const missedByCapture = 18;
/** Frames that are not followed, by what they are. */
export const fragments = 19;
export const notTcp = 20;
export const malformed = 21;
export const cut = 22;
export const tcpPackets = 23;
