import type { Family, TcpState } from './socket.ts';

/** What kernel tracepoints of TCP tell. Events are the whole kernel's: none says which network namespace it is of. */
export interface TcpTraceEvent {
  readonly kind: TraceEventKind;
  /** This host's end, and the other one; absent where the event has no addresses. */
  readonly local?: TraceEndpoint;
  readonly remote?: TraceEndpoint;
  readonly state?: TcpState | 'UNKNOWN';
  /** The kernel's word: "TCP_LISTEN_OVERFLOW", "NO_SOCKET"; since 6.10 for resets, 5.17 for drops. */
  readonly reason?: string;
}

export const traceEventKinds = [
  'syn-ack-retransmission',
  'syn-retransmission',
  'retransmission',
  'reset-sent',
  'reset-received',
  'listen-overflow-drop',
] as const;

export type TraceEventKind = (typeof traceEventKinds)[number];

export interface TraceEndpoint {
  readonly family: Family;
  readonly address: string;
  readonly port: number;
}
