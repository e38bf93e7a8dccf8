import { labelText } from '../label-text.ts';
import { recorderMetric, type SeriesMetric, seriesMetric, thousandths } from '../metric.ts';

/** Of each listener, by namespace and address. */
export const listenerSeriesMetrics: readonly SeriesMetric[] = Object.freeze([
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accept_queue_max_connections',
    channel: 'queueMax',
    how: 'last',
    together: 'max',
    unit: 'connections',
    help: 'Longest accept queue within the last full second, sampled every 100 ms.',
    reading:
      'Connections that were through the handshake and waited for accept(). One more than the limit is a full queue. In the row other: the longest of theirs.',
    asks: 'How many wait to be accepted right now?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accept_queue_peak_connections',
    channel: 'queueMax',
    how: 'peak',
    together: 'max',
    unit: 'connections',
    help: 'Longest accept queue within the last 60 seconds.',
    reading:
      'The same over a minute, so that a scrape every 15 or 60 s misses no burst that a sample of 100 ms has seen.',
    asks: 'How close did the queue come to its limit since the last scrape?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accept_queue_mean_connections',
    channel: 'queueMean',
    how: 'last',
    toUnit: thousandths,
    together: 'max',
    unit: 'connections',
    help: 'Mean length of the accept queue over the samples of the last full second.',
    reading:
      'Near the maximum: it stood; far below: a burst passed. In the row other: the largest of theirs.',
    asks: 'Does the queue stand, or do bursts pass through it?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accept_queue_limit_connections',
    channel: 'limit',
    how: 'last',
    together: 'none',
    unit: 'connections',
    help: 'Limit of the accept queue: the backlog of listen(), at most net.core.somaxconn.',
    reading: 'The queue holds one more than this. It changes only when the program calls listen() again.',
    asks: 'How many may wait?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accept_queue_full_ratio',
    channel: 'fullShare',
    how: 'last',
    toUnit: thousandths,
    together: 'max',
    unit: 'ratio',
    help: 'Share of the samples of the last full second in which the accept queue was full.',
    reading: '0: never, 1: all the time. While it is full, each new SYN is dropped.',
    asks: 'Is the queue full now?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accept_queue_full_seconds_total',
    channel: 'fullShare',
    how: 'total',
    toUnit: thousandths,
    together: 'sum',
    unit: 'seconds',
    help: 'Time the accept queue was full.',
    reading: 'Its rate is the share of the time. It keeps bursts of 300 ms that lie between two scrapes.',
    asks: 'Was the queue full since the last scrape, and for how long?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_drops_total',
    channel: 'drops',
    how: 'total',
    together: 'sum',
    unit: 'packets',
    help: 'Packets this listener dropped by its own counter.',
    reading:
      'SYNs and last ACKs of handshakes; each retry counts again, so it is not a number of clients. Absent where the kernel does not count them for each listener.',
    asks: 'Who drops connections?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_accepted_at_least_total',
    channel: 'acceptedAtLeast',
    how: 'total',
    together: 'sum',
    unit: 'connections',
    help: 'Falls of the accept queue between two samples.',
    reading:
      'At least so many were accepted: who comes and is accepted between two samples is not in it. It stands still while the program accepts nobody.',
    asks: 'Does the program accept at all?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_syn_recv_requests',
    channel: 'synRecv',
    how: 'last',
    together: 'sum',
    unit: 'requests',
    help: 'Half-open connections of this listener (SYN_RECV).',
    reading:
      'They wait for the last ACK of the handshake. Near the limit of the accept queue the SYN queue is full. Absent in seconds in which nobody counted them.',
    asks: 'Is the SYN queue filling, by a flood or by slow clients?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_syn_ack_retransmissions_total',
    channel: 'synAckRetransmissions',
    how: 'total',
    together: 'sum',
    unit: 'packets',
    help: 'SYN-ACKs this listener sent again.',
    reading: 'A client did not answer, or its answer was dropped because the accept queue was full.',
    asks: 'Do handshakes hang?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_resets_sent_total',
    channel: 'resetsSent',
    how: 'total',
    together: 'sum',
    unit: 'packets',
    help: 'RSTs sent from the port of this listener.',
    reading:
      'Connections that were broken off: unread data at close(), tcp_abort_on_overflow, or packets of connections that are gone.',
    asks: 'Are clients thrown out?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_process_cpu_seconds_total',
    channel: 'cpu',
    how: 'total',
    toUnit: thousandths,
    together: 'none',
    unit: 'seconds',
    help: 'Processor time of the process that owns the listener, its threads together.',
    reading:
      'A rate of 1 is one core. A process with several listeners has it in each row: do not add them up.',
    asks: 'Is the program too busy to accept?',
  }),
  seriesMetric({
    of: 'listener',
    name: 'halfopen_listener_process_open_descriptors',
    channel: 'descriptors',
    how: 'last',
    together: 'none',
    unit: 'descriptors',
    help: 'File descriptors open in the process that owns the listener.',
    reading: 'At its limit accept() fails with EMFILE, and the queue fills.',
    asks: 'Does the program run out of descriptors?',
  }),
]);

/** Of all listeners together. */
export const allListenersMetrics: readonly SeriesMetric[] = Object.freeze([
  seriesMetric({
    of: 'all listeners',
    name: 'halfopen_all_listeners_drops_total',
    channel: 'drops',
    how: 'total',
    together: 'sum',
    unit: 'packets',
    help: 'Packets that all listeners dropped, those that are gone as well.',
    reading:
      'A sum that never goes back while the recorder runs; the sum over halfopen_listener_drops_total does when a listener ends.',
    asks: 'Has this host dropped anything since the recorder started?',
  }),
  seriesMetric({
    of: 'all listeners',
    name: 'halfopen_all_listeners_accepted_at_least_total',
    channel: 'acceptedAtLeast',
    how: 'total',
    together: 'sum',
    unit: 'connections',
    help: 'Falls of all accept queues between two samples, of listeners that are gone as well.',
    reading: 'At least so many connections were accepted on this host.',
    asks: 'How much is accepted here?',
  }),
]);

export const listenerInfo = recorderMetric({
  name: 'halfopen_listener_info',
  type: 'gauge',
  unit: 'none',
  labels: ['namespace', 'listener', 'process'],
  help: 'Which program owns the listener; always 1.',
  reading:
    'To be joined with the others: `* on (namespace, listener) group_left (process) halfopen_listener_info`.',
  asks: 'Whose listener is it?',
  read: ({ listeners }) =>
    [...listeners.own]
      .filter(({ secondsGone }) => secondsGone === 0)
      .map(({ labels, about }) => ({
        labels: { ...labels, process: labelText(String(about.process ?? '')) },
        value: 1,
      })),
});
