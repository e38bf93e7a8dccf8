/** How the values of several seconds become one: the worst, the mean, all together, or how it was at the end. */
export type Combine = 'max' | 'mean' | 'sum' | 'last';

/** A value of a second that nobody measured. */
export const notMeasured = -1;

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

/** What is kept of each namespace: steps of its counters within the second, and what there was at its end. */
export const namespaceChannels: readonly Channel[] = Object.freeze([
  channel('passiveOpens', 'connections', 'sum'),
  channel('activeOpens', 'connections', 'sum'),
  channel('listenOverflows', 'packets', 'sum'),
  channel('listenDrops', 'packets', 'sum'),
  channel('synCookiesSent', 'packets', 'sum'),
  channel('synCookiesFailed', 'packets', 'sum'),
  channel('requestQueueFullDrops', 'packets', 'sum'),
  channel('attemptFails', 'connections', 'sum'),
  channel('retransmittedSegments', 'segments', 'sum'),
  channel('sentSegments', 'segments', 'sum'),
  channel('resetsSent', 'segments', 'sum'),
  channel('establishedResets', 'connections', 'sum'),
  channel('timeouts', 'timeouts', 'sum'),
  channel('abortsOnTimeout', 'connections', 'sum'),
  channel('timeWaitOverflows', 'connections', 'sum'),
  channel('pawsRejections', 'segments', 'sum'),
  channel('established', 'connections', 'last'),
  channel('timeWait', 'connections', 'last'),
  channel('orphans', 'connections', 'last'),
  channel('synRecv', 'requests', 'max'),
  channel('closeWait', 'connections', 'last'),
  channel('finWait', 'connections', 'last'),
  channel('conntrackCount', 'entries', 'last'),
  channel('conntrackMax', 'entries', 'last'),
]);

/** What is kept of the host as a whole. */
export const hostChannels: readonly Channel[] = Object.freeze([
  channel('softnetDropped', 'packets', 'sum'),
  channel('softnetSqueezed', 'times', 'sum'),
  channel('tcpMemory', 'pages', 'last'),
  /** Of the recorder itself. */
  channel('ownCpu', 'per mille of a core', 'mean'),
  channel('ownMemory', 'KiB', 'last'),
]);

export const seriesKinds = ['host', 'namespace', 'listener'] as const;
export type SeriesKind = (typeof seriesKinds)[number];

export const channelsOfKind: Readonly<Record<SeriesKind, readonly Channel[]>> = Object.freeze({
  host: hostChannels,
  namespace: namespaceChannels,
  listener: listenerChannels,
});

/** Channels as a store names them: one of another release may have others. */
export function channelsNamed(kind: SeriesKind, names: readonly string[]): readonly Channel[] {
  const known = channelsOfKind[kind];
  return names.map((name) => known.find((one) => one.name === name) ?? { name, unit: '', combine: 'last' });
}
