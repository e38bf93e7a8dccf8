/** The vocabulary of one TCP socket as sock_diag shows it (include/net/tcp_states.h, uapi/linux/inet_diag.h). */

export const tcpStates = [
  'UNKNOWN',
  'ESTABLISHED',
  'SYN_SENT',
  'SYN_RECV',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'TIME_WAIT',
  'CLOSE',
  'CLOSE_WAIT',
  'LAST_ACK',
  'LISTEN',
  'CLOSING',
] as const;
export type TcpState = (typeof tcpStates)[number];

/** The states of connections: all but listeners, and CLOSE, which no dump shows. */
export const connectionStates: readonly TcpState[] = tcpStates.filter(
  (state) => !['UNKNOWN', 'CLOSE', 'LISTEN'].includes(state),
);

/** The kernel's number of a state; the dump mask bit is `1 << stateNumber(state)`. */
export function stateNumber(state: TcpState): number {
  return tcpStates.indexOf(state);
}

export type Family = 'ipv4' | 'ipv6';

/** idiag_timer: which timer is armed. Keepalive shows only while no retransmission is pending. */
export const socketTimers = ['none', 'retransmit', 'keepalive', 'time-wait', 'zero-window-probe'] as const;
export type SocketTimer = (typeof socketTimers)[number];

/** The part of struct tcp_info that rules use. Ages are milliseconds before the reading. */
export interface TcpInfo {
  readonly retransmits: number;
  readonly probes: number;
  readonly backoff: number;
  readonly rtoUs: number;
  readonly rttUs: number;
  readonly unacked: number;
  readonly lastDataSentMs: number;
  readonly lastDataReceivedMs: number;
  readonly lastAckReceivedMs: number;
  readonly totalRetransmits: number;
  /** 0 on kernels whose tcp_info is shorter; see `has`. */
  readonly bytesAcked: number;
  readonly bytesReceived: number;
  readonly segmentsOut: number;
  readonly segmentsIn: number;
  readonly bytesSent: number;
  readonly bytesRetransmitted: number;
}

/** One socket. Queues are bytes, except for LISTEN, where they are connections: length (rx) and limit (tx). */
export interface TcpSocket {
  readonly cookie: string;
  readonly family: Family;
  readonly state: TcpState;
  readonly localAddress: string;
  readonly localPort: number;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly boundInterface: number;
  readonly timer: SocketTimer;
  readonly timerExpiresMs: number;
  readonly retransmits: number;
  readonly receiveQueue: number;
  readonly sendQueue: number;
  readonly uid: number;
  /** 0 for requests, TIME_WAIT, orphans, and members of an accept queue. */
  readonly inode: number;
  readonly cgroupId?: string;
  /** sk_drops (SK_MEMINFO_DROPS); for a listener it says which listener drops, not how many connections were lost. */
  readonly drops?: number;
  readonly info?: TcpInfo;
}

/** A connection that is complete but not accepted yet: no process owns it (inode 0), and it is not an orphan, since those never stay in these states. */
export function waitsInAcceptQueue(socket: Pick<TcpSocket, 'inode' | 'state'>): boolean {
  return socket.inode === 0 && (socket.state === 'ESTABLISHED' || socket.state === 'CLOSE_WAIT');
}
