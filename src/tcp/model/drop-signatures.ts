/**
 * What one refused segment moves on the listener's side: counters by full name, and the listener's own sk_drops. The ways through
 * tcp_conn_request(), tcp_v4_syn_recv_sock(), tcp_check_req(), cookie_v4_check() and their IPv6 twins.
 */
export interface DropSignature {
  /** What arrives, and what is full. */
  readonly event: string;
  readonly counters: Readonly<Record<string, number>>;
  readonly listenerDrops: number;
}

export const dropSignatures = {
  'syn-accept-queue-full': {
    event: 'a SYN, the accept queue is full',
    counters: { 'TcpExt.ListenOverflows': 1, 'TcpExt.ListenDrops': 1 },
    listenerDrops: 1,
  },
  'ack-accept-queue-full': {
    event: 'the last ACK of a handshake, the accept queue is full',
    // tcp_v4_syn_recv_sock() counts the drop, and tcp_v4_rcv() counts the discarded segment once more.
    counters: { 'TcpExt.ListenOverflows': 1, 'TcpExt.ListenDrops': 1, 'TcpExt.EmbryonicRsts': 0 },
    listenerDrops: 2,
  },
  'ack-accept-queue-full-abort': {
    event: 'the last ACK of a handshake, the accept queue is full, tcp_abort_on_overflow=1',
    counters: {
      'TcpExt.ListenOverflows': 1,
      'TcpExt.ListenDrops': 1,
      'TcpExt.EmbryonicRsts': 1,
      'Tcp.OutRsts': 1,
    },
    listenerDrops: 2,
  },
  'cookie-ack-accept-queue-full': {
    event: 'the ACK of a SYN cookie, the accept queue is full',
    counters: { 'TcpExt.ListenOverflows': 1, 'TcpExt.ListenDrops': 1, 'Tcp.OutRsts': 0 },
    listenerDrops: 1,
  },
  'syn-syn-queue-full-no-cookies': {
    event: 'a SYN, the SYN queue is full, tcp_syncookies=0',
    counters: {
      'TcpExt.ListenOverflows': 0,
      'TcpExt.ListenDrops': 1,
      'TcpExt.TCPReqQFullDrop': 1,
      'TcpExt.SyncookiesSent': 0,
    },
    listenerDrops: 1,
  },
  'syn-syn-queue-full-cookies': {
    event: 'a SYN, the SYN queue is full, tcp_syncookies=1: answered with a cookie',
    counters: {
      'TcpExt.ListenOverflows': 0,
      'TcpExt.ListenDrops': 0,
      'TcpExt.TCPReqQFullDoCookies': 1,
      'TcpExt.SyncookiesSent': 1,
    },
    listenerDrops: 0,
  },
  'syn-max-syn-backlog': {
    event: 'a SYN, three quarters of tcp_max_syn_backlog are taken, tcp_syncookies=0',
    counters: { 'TcpExt.ListenOverflows': 0, 'TcpExt.ListenDrops': 1, 'TcpExt.TCPReqQFullDrop': 0 },
    listenerDrops: 1,
  },
  'syn-both-full-cookies': {
    event: 'a SYN, both queues are full, tcp_syncookies=1',
    counters: {
      'TcpExt.ListenOverflows': 1,
      'TcpExt.ListenDrops': 1,
      'TcpExt.TCPReqQFullDoCookies': 1,
      'TcpExt.SyncookiesSent': 0,
    },
    listenerDrops: 1,
  },
  'syn-no-way-back': {
    event: 'a SYN whose source has no route back',
    counters: { 'TcpExt.ListenOverflows': 0, 'TcpExt.ListenDrops': 1, 'TcpExt.TCPReqQFullDrop': 0 },
    listenerDrops: 1,
  },
  'bare-ack-defer-accept': {
    event: 'a bare ACK while TCP_DEFER_ACCEPT waits for data',
    counters: { 'TcpExt.ListenOverflows': 0, 'TcpExt.ListenDrops': 0, 'TcpExt.TCPDeferAcceptDrop': 1 },
    listenerDrops: 1,
  },
} as const satisfies Readonly<Record<string, DropSignature>>;

export type DropEvent = keyof typeof dropSignatures;
