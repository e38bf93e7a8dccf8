/** What is added up for a client. */
export const connections = 0;
export const packets = 1;
export const payloadBytes = 2;
export const empty = 3;
export const synRetransmissions = 4;
export const retransmissions = 5;
export const peerColumns = 6;
