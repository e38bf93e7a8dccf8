/** One TCP segment to be written, used again for each; 32-bit values may be signed, their bits count. */
export interface Segment {
  ipv6: boolean;
  fromServer: boolean;
  /** Numbers that stand for addresses: see frame-writer.ts. */
  client: number;
  server: number;
  clientPort: number;
  serverPort: number;
  ttl: number;
  /** IPv4 only. */
  ipId: number;
  sequence: number;
  acknowledgement: number;
  flags: number;
  /** As it stands in the header, unscaled. */
  window: number;
  /** RFC 7323 timestamps are in use. */
  timestamps: boolean;
  tsValue: number;
  tsEcho: number;
  payloadBytes: number;
}

export const tcpFlags = { fin: 1, syn: 2, rst: 4, psh: 8, ack: 16 } as const;
