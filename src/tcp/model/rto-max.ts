import type { Inputs } from './model.ts';
import { RTO_MAX_MS } from './retransmission-limit.ts';

/** The least that tcp_rto_max_ms and TCP_RTO_MAX_MS may be; setsockopt() refuses less. */
const LEAST_MS = 1000;

/** The longest RTO of a socket: its own, else its namespace's (tcp_rto_max()); kernels before 6.15 have neither. */
export function rtoMaxMsOf(inputs: Inputs): number {
  const own = inputs.number('TCP_RTO_MAX_MS');
  return own >= LEAST_MS ? own : inputs.number('tcp_rto_max_ms') || RTO_MAX_MS;
}
