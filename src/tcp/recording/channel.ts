/** How the values of several seconds become one: the worst, the mean, all together, or how it was at the end. */
export type Combine = 'max' | 'mean' | 'sum' | 'last';

/** One quantity that is kept for each second, an integer of at least 0. */
export interface Channel {
  readonly name: string;
  /** "connections", "per mille", "ms". */
  readonly unit: string;
  readonly combine: Combine;
}

const channel = (name: string, unit: string, combine: Combine): Channel =>
  Object.freeze({ name, unit, combine });

/** What is kept of each listener. The queue is sampled every 100 ms, the rest once a second. */
export const listenerChannels: readonly Channel[] = Object.freeze([
  channel('queueMax', 'connections', 'max'),
  channel('queueMean', 'thousandths of a connection', 'mean'),
  /** Samples with length > limit. */
  channel('fullShare', 'per mille', 'mean'),
  channel('limit', 'connections', 'last'),
  channel('drops', 'packets', 'sum'),
  /** Falls of the queue between samples: at least so many were accepted. */
  channel('acceptedAtLeast', 'connections', 'sum'),
  channel('synRecv', 'requests', 'max'),
  channel('synAckRetransmissions', 'packets', 'sum'),
  channel('resetsSent', 'packets', 'sum'),
  /** Of the process that owns it, its threads together. */
  channel('cpu', 'per mille of a core', 'mean'),
  channel('descriptors', 'descriptors', 'max'),
]);
