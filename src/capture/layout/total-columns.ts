/** What is added up for a listener: a row of 64-bit floats, `totalColumns` and then one for each step of the capture's series. */
export const connections = 0;
export const attempts = 1;
/** Of the attempts: the handshake was completed; or the capture ended before it could be. */
export const established = 2;
export const tooEarly = 3;
export const ended = 4;
export const empty = 5;
export const packets = 6;
export const packetsWithPayload = 7;
export const push = 8;
export const payloadToServer = 9;
export const payloadToClient = 10;
export const synRetransmissions = 11;
export const synAckRetransmissions = 12;
export const resentByClient = 13;
export const resentByServer = 14;
export const zeroWindowsByClient = 15;
export const zeroWindowsByServer = 16;
export const resetsByClient = 17;
export const resetsByServer = 18;
export const cookieLike = 19;
/** Connections by their judgement. */
export const judgements = 20;
/** Times to connect that were measured, and the shortest of them, µs. */
export const connectSamples = 37;
export const connectMinUs = 38;
/** Times to connect, in bins by the number of SYN retries (see ../summary/latency-bins.ts). */
export const latency = 39;
export const latencyBins = 23;
export const retryColumns = 10;
/** The same times in steps of 4 % (see ../summary/log-histogram.ts). */
export const connect = 269;
export const stepsPerOctave = 16;
export const octaves = 32;
/** First SYNs in each step of the capture. */
export const arrivals = 781;
export const totalColumns = 781;
