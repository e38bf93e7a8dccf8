/** What is settled about a generated connection when it begins; bits of one word. */
export const traits = {
  ipv6: 1,
  timestamps: 2,
  serverCloses: 4,
  /** The first FIN is a segment of its own, not the last of the response. */
  finApart: 8,
  /** The server acknowledges the request before it responds. */
  serverAcks: 16,
  /** The client acknowledges the response before anything else happens. */
  clientAcks: 32,
  /** What goes on after the first response: requests and responses in turn, or else one long response. */
  dialogue: 64,
  heartbeat: 128,
  refused: 256,
  unanswered: 512,
} as const;

/** The number of SYN retries stands above the bits. */
export const SYN_RETRIES_SHIFT = 16;
