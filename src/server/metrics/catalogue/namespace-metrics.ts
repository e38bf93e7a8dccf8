import { type MetricUnit, type SeriesMetric, seriesMetric } from '../metric.ts';

/** A counter of the kernel, of one namespace. */
function kernelCounter(facts: {
  readonly name: string;
  readonly channel: string;
  readonly unit: MetricUnit;
  readonly help: string;
  readonly reading: string;
  readonly asks: string;
}): SeriesMetric {
  const { name, ...rest } = facts;
  return seriesMetric({
    ...rest,
    name: `halfopen_namespace_${name}_total`,
    of: 'namespace',
    how: 'total',
    together: 'sum',
  });
}

export const namespaceMetrics: readonly SeriesMetric[] = Object.freeze([
  kernelCounter({
    name: 'passive_opens',
    channel: 'passiveOpens',
    unit: 'connections',
    help: 'Connections that clients opened to this namespace (Tcp.PassiveOpens).',
    reading: 'Handshakes that listeners completed.',
    asks: 'How many arrive?',
  }),
  kernelCounter({
    name: 'active_opens',
    channel: 'activeOpens',
    unit: 'connections',
    help: 'Connections that programs of this namespace opened (Tcp.ActiveOpens).',
    reading: 'Attempts, whether they succeeded or not.',
    asks: 'How many go out?',
  }),
  kernelCounter({
    name: 'listen_overflows',
    channel: 'listenOverflows',
    unit: 'packets',
    help: 'SYNs and ACKs dropped because an accept queue was full (TcpExt.ListenOverflows).',
    reading: 'Any increase: an accept queue of this namespace was full. Retries count again.',
    asks: 'Did an accept queue overflow here?',
  }),
  kernelCounter({
    name: 'listen_drops',
    channel: 'listenDrops',
    unit: 'packets',
    help: 'SYNs dropped by listeners for any reason (TcpExt.ListenDrops).',
    reading: 'More than ListenOverflows: the SYN queue, memory or a missing route dropped them.',
    asks: 'Are SYNs dropped for another reason than the accept queue?',
  }),
  kernelCounter({
    name: 'syn_cookies_sent',
    channel: 'synCookiesSent',
    unit: 'packets',
    help: 'SYNs answered with a SYN cookie (TcpExt.SyncookiesSent).',
    reading: 'A SYN queue was full. Nobody is turned away by that, but options may be lost.',
    asks: 'Is a SYN queue full?',
  }),
  kernelCounter({
    name: 'syn_cookies_failed',
    channel: 'synCookiesFailed',
    unit: 'packets',
    help: 'ACKs that bore no valid SYN cookie (TcpExt.SyncookiesFailed).',
    reading: 'Late clients, or an ACK flood.',
    asks: 'Are cookies abused, or too old?',
  }),
  kernelCounter({
    name: 'request_queue_full_drops',
    channel: 'requestQueueFullDrops',
    unit: 'packets',
    help: 'SYNs dropped because a SYN queue was full and cookies are off (TcpExt.TCPReqQFullDrop).',
    reading: 'Clients are turned away and repeat their SYN.',
    asks: 'Does a full SYN queue turn clients away?',
  }),
  kernelCounter({
    name: 'attempt_fails',
    channel: 'attemptFails',
    unit: 'connections',
    help: 'Connections that ended before they were open (Tcp.AttemptFails).',
    reading: 'Refused or timed out going out, or given up coming in.',
    asks: 'Do opens fail?',
  }),
  kernelCounter({
    name: 'retransmitted_segments',
    channel: 'retransmittedSegments',
    unit: 'segments',
    help: 'Segments sent again (Tcp.RetransSegs).',
    reading:
      'Divide its rate by the sum of the rates of sent and of retransmitted segments: resends are not among those sent. 1 % hurts.',
    asks: 'Is the path lossy?',
  }),
  kernelCounter({
    name: 'sent_segments',
    channel: 'sentSegments',
    unit: 'segments',
    help: 'Segments sent, without those sent again (Tcp.OutSegs).',
    reading: 'What retransmissions are compared with.',
    asks: 'How much is sent?',
  }),
  kernelCounter({
    name: 'resets_sent',
    channel: 'resetsSent',
    unit: 'segments',
    help: 'RSTs sent (Tcp.OutRsts).',
    reading: 'Connections to closed ports, and connections broken off by this side.',
    asks: 'Does this side refuse or break off?',
  }),
  kernelCounter({
    name: 'established_resets',
    channel: 'establishedResets',
    unit: 'connections',
    help: 'Open connections that ended by a RST (Tcp.EstabResets).',
    reading: 'Either side broke them off.',
    asks: 'Are open connections cut?',
  }),
  kernelCounter({
    name: 'timeouts',
    channel: 'timeouts',
    unit: 'timeouts',
    help: 'Retransmission timers that ran out (TcpExt.TCPTimeouts).',
    reading: 'Each of them cost a connection 200 ms or more.',
    asks: 'Do connections stall?',
  }),
  kernelCounter({
    name: 'aborts_on_timeout',
    channel: 'abortsOnTimeout',
    unit: 'connections',
    help: 'Connections given up because nobody answered (TcpExt.TCPAbortOnTimeout).',
    reading: 'Peers that are gone, or a path that is.',
    asks: 'Do peers disappear?',
  }),
  kernelCounter({
    name: 'time_wait_overflows',
    channel: 'timeWaitOverflows',
    unit: 'connections',
    help: 'Connections that found no room in TIME_WAIT (TcpExt.TCPTimeWaitOverflow).',
    reading: 'More end within 60 s than net.ipv4.tcp_max_tw_buckets has room for.',
    asks: 'Is the limit of TIME_WAIT reached?',
  }),
  kernelCounter({
    name: 'paws_rejections',
    channel: 'pawsRejections',
    unit: 'segments',
    help: 'Segments rejected because their timestamp was older than expected (PAWS).',
    reading: 'Several machines behind one address, or a middlebox that rewrites timestamps.',
    asks: 'Are packets thrown away because of timestamps?',
  }),
  seriesMetric({
    of: 'namespace',
    name: 'halfopen_namespace_sockets',
    parts: [
      { channel: 'established', labels: { state: 'established' } },
      { channel: 'synRecv', labels: { state: 'syn_recv' } },
      { channel: 'closeWait', labels: { state: 'close_wait' } },
      { channel: 'finWait', labels: { state: 'fin_wait' } },
      { channel: 'timeWait', labels: { state: 'time_wait' } },
    ],
    how: 'last',
    together: 'sum',
    unit: 'connections',
    help: 'TCP connections by state.',
    reading:
      'close_wait that only grows: a program does not close. syn_recv: half-open. A state is absent in seconds in which nobody counted it.',
    asks: 'What are the connections of this namespace doing?',
  }),
  seriesMetric({
    of: 'namespace',
    name: 'halfopen_namespace_orphaned_connections',
    channel: 'orphans',
    how: 'last',
    together: 'sum',
    unit: 'connections',
    help: 'Connections that belong to no process any more and are not yet closed.',
    reading: 'Above net.ipv4.tcp_max_orphans the kernel resets them.',
    asks: 'Do connections outlive their programs?',
  }),
  seriesMetric({
    of: 'namespace',
    name: 'halfopen_namespace_conntrack_entries',
    channel: 'conntrackCount',
    how: 'last',
    together: 'none',
    unit: 'entries',
    help: 'Entries in the connection tracking table of this namespace.',
    reading: 'At the limit every new connection is dropped, without a trace at the listeners.',
    asks: 'Is connection tracking full?',
  }),
  seriesMetric({
    of: 'namespace',
    name: 'halfopen_namespace_conntrack_limit_entries',
    channel: 'conntrackMax',
    how: 'last',
    together: 'none',
    unit: 'entries',
    help: 'Limit of the connection tracking table (nf_conntrack_max).',
    reading: 'One number for the machine, by which each namespace is measured on its own.',
    asks: 'How much may be tracked?',
  }),
]);
