/** What a segment is beyond its flags, as numbers: places in `segmentKinds` of src/tcp/capture.ts (a test compares them). */
export const ordinary = 0;
export const synRetransmission = 1;
export const synAckRetransmission = 2;
export const timeout = 3;
export const fast = 4;
export const spurious = 5;
export const outOfOrder = 6;
export const keepaliveProbe = 7;
export const keepaliveAnswer = 8;
export const zeroWindowProbe = 9;
export const zeroWindowAnswer = 10;
export const zeroWindow = 11;
export const duplicateAck = 12;
export const unreachable = 13;
export const copy = 14;
