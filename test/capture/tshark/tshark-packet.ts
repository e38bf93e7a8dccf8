/** What tshark says about one TCP packet. */
export interface TsharkPacket {
  /** tcp.stream */
  readonly stream: number;
  /** frame.number, from 1. */
  readonly number: number;
  readonly source: string;
  readonly sourcePort: number;
  readonly destination: string;
  readonly destinationPort: number;
  /** tcp.flags: the low byte as in RFC 9293, 3.1. */
  readonly flags: number;
  /** tcp.len; 0 where tshark does not say (in fragments). */
  readonly payloadBytes: number;
  /** The tcp.analysis marks it carries. */
  readonly marks: ReadonlySet<TsharkMark>;
}

/** Fields below tcp.analysis, as tshark names them. */
export const tsharkMarks = [
  'retransmission',
  'fast_retransmission',
  'spurious_retransmission',
  'out_of_order',
  'duplicate_ack',
  'keep_alive',
  'keep_alive_ack',
  'zero_window',
  'zero_window_probe',
  'zero_window_probe_ack',
  'window_update',
  'lost_segment',
  'ack_lost_segment',
  'reused_ports',
] as const;
export type TsharkMark = (typeof tsharkMarks)[number];
