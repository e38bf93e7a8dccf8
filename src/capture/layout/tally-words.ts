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
export const dataSegments = 15;
export const copies = 16;
export const missedByCapture = 17;
/** Frames that are not followed, by what they are. */
export const fragments = 18;
export const notTcp = 19;
export const malformed = 20;
export const cut = 21;
export const tcpPackets = 22;
/** Connections whose beginning is not in the capture. */
export const middles = 23;
