/** What is in a generated capture, counted while it was written. */
export interface CaptureTruth {
  readonly packets: number;
  /** Each is exactly one of the four kinds below. */
  readonly connections: number;
  /** Carried a request and a response, and closed with FINs. */
  readonly completed: number;
  /** Opened and closed with FINs, not a byte of payload. */
  readonly heartbeats: number;
  /** A RST answered the SYN. */
  readonly refused: number;
  /** No SYN was answered. */
  readonly unanswered: number;
  /** Of the completed and the heartbeats: the first SYN was not the one that was answered. */
  readonly slowOpened: number;
  readonly ipv6Connections: number;
  /** SYNs without ACK, retransmissions included. */
  readonly syn: number;
  /** Those of slow openings and of the unanswered. */
  readonly synRetransmissions: number;
  readonly synAck: number;
  readonly resets: number;
  readonly push: number;
  readonly dataSegments: number;
  readonly payloadBytes: number;
  /** Sequence numbers of one side passed 2^32 while it sent payload, a SYN or a FIN; sides counted. */
  readonly wraps: number;
  /** Of all frames on the wire. */
  readonly wireBytes: number;
  readonly fileBytes: number;
  /** Frames are cut to this length. */
  readonly snapBytes: number;
  readonly mostOpenAtOnce: number;
  /** Microseconds since 1970, of the first and the last packet. */
  readonly fromUs: number;
  readonly toUs: number;
}
