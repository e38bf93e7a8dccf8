import type { EndpointText } from '../../../capture/endpoint-text.ts';
import { joinSeries } from '../../../capture/series.ts';
import { countClients } from '../../../capture/summary/client-keys.ts';
import { describeListener } from '../../../capture/summary/describe-listener.ts';
import { EndpointCounts, type EndpointRows } from '../../../capture/summary/endpoint-counts.ts';
import { addTotals, column, emptyTotals } from '../../../capture/summary/listener-totals.ts';
import {
  type DetailRequest,
  type Example,
  type PartCounts,
  type PartDetails,
  peerColumn,
} from '../../../capture/summary/part-summary.ts';
import {
  type CaptureListener,
  type CapturePeer,
  type CaptureSeries,
  type CaptureTotals,
  type ConnectionRecord,
  type JudgementId,
  judgementIds,
} from '../../../tcp/capture.ts';
import type { AnalysedPart } from './analysed-part.ts';

const MOST_LISTENERS = 100;
const MOST_PEERS = 50;
const EXAMPLES = 5;

/** `beats`: see ListenerTotals; `empty`: how many connections without payload there are in all. */
export type JoinedListener = CaptureListener & { readonly beats: Float64Array; readonly empty: number };

/** What the parts of a capture say together. */
export interface JoinedParts {
  readonly counts: readonly PartCounts[];
  readonly totals: CaptureTotals;
  readonly series: CaptureSeries;
  readonly judgements: Partial<Record<JudgementId, number>>;
  readonly listeners: readonly JoinedListener[];
  readonly listenersInAll: number;
  readonly peers: readonly CapturePeer[];
  readonly peersInAll: number;
  readonly examples: readonly ConnectionRecord[];
}

/** Takes the parts through their steps and adds them up: the outcome does not depend on how many there are. */
export async function joinParts(
  parts: readonly AnalysedPart[],
  addresses: EndpointText,
): Promise<JoinedParts> {
  const known = await listenersForRoles(parts);
  const counts = await Promise.all(parts.map((part) => part.count(known)));
  const series = joinSeries(counts.map((count) => count.series));
  const listeners = joinRows(counts.map((count) => count.listeners));
  const peers = joinRows(counts.map((count) => count.peers));
  const request = {
    listeners: topKeys(listeners, MOST_LISTENERS),
    peers: topKeys(peers, MOST_PEERS),
    steps: series.packets.length,
    stepMs: series.stepMs,
  };
  const details = await Promise.all(parts.map((part) => part.detail(request)));
  const examples = await Promise.all(parts.map((part) => part.examples(EXAMPLES)));
  const span = { stepMs: series.stepMs, durationMs: durationMsOf(counts) };
  return {
    counts,
    totals: addNumbers(counts.map(({ tally }) => tally.totals)),
    series,
    judgements: judgementCounts(counts),
    listeners: joinListeners(request, details, span, addresses),
    listenersInAll: listeners.rows,
    peers: joinPeers(details, addresses),
    peersInAll: peers.rows,
    examples: joinExamples(examples, counts),
  };
}

function topKeys(counts: EndpointCounts, most: number): Int32Array {
  return Int32Array.from(counts.largest(0, most).flatMap((row) => counts.key(row)));
}

/** Every part has seen all frames. */
function durationMsOf([first]: readonly PartCounts[]): number {
  return first === undefined ? 0 : (first.lastUs - first.firstUs) / 1000;
}

/** Only where some connection begins in the middle does anybody need to know who listens. */
async function listenersForRoles(parts: readonly AnalysedPart[]): Promise<Int32Array> {
  const middles = await Promise.all(parts.map((part) => part.middles()));
  if (middles.every((count) => count === 0)) return new Int32Array(0);
  const known = await Promise.all(parts.map((part) => part.listeners()));
  return Int32Array.from(known.flatMap((keys) => [...keys]));
}

function joinRows(rows: readonly EndpointRows[], columns = 1): EndpointCounts {
  const joined = new EndpointCounts(columns);
  for (const part of rows) joined.addRows(part);
  return joined;
}

/** In the order asked for. */
function joinListeners(
  { listeners, steps }: DetailRequest,
  details: readonly PartDetails[],
  span: { readonly stepMs: number; readonly durationMs: number },
  addresses: EndpointText,
): readonly JoinedListener[] {
  const clients = countClients(
    details.map((part) => part.clients),
    listeners.length / 2,
  );
  return clients.map((counted, place) => {
    const totals = emptyTotals(steps);
    for (const part of details) {
      const more = part.totals[place];
      if (more !== undefined) addTotals(totals, more);
    }
    const key = [listeners[2 * place] ?? 0, listeners[2 * place + 1] ?? 0] as const;
    const empty = totals.counts[column.empty] ?? 0;
    return { ...describeListener(key, totals, span, counted, addresses), beats: totals.beats, empty };
  });
}

/** Sums field by field. */
export function addNumbers<T extends object>(all: readonly T[]): T {
  const [first, ...others] = all;
  const sum = { ...first } as Record<string, number>;
  for (const one of others) {
    for (const [name, value] of Object.entries(one)) sum[name] = (sum[name] ?? 0) + value;
  }
  return sum as T;
}

function judgementCounts(counts: readonly PartCounts[]): Partial<Record<JudgementId, number>> {
  const judged: Partial<Record<JudgementId, number>> = {};
  judgementIds.forEach((id, i) => {
    const sum = counts.reduce((all, { judgements }) => all + (judgements[i] ?? 0), 0);
    if (sum > 0) judged[id] = sum;
  });
  return judged;
}

function joinPeers(details: readonly PartDetails[], addresses: EndpointText): CapturePeer[] {
  const rows = details.map((part) => part.peers);
  const peers = joinRows(rows, Object.keys(peerColumn).length);
  return peers.largest(peerColumn.packets, MOST_PEERS).map((row) => {
    const [address, isIpv6] = peers.key(row);
    const value = (column: number): number => peers.value(row, column);
    return {
      address: addresses.of(address, isIpv6 === 1),
      connections: value(peerColumn.connections),
      packets: value(peerColumn.packets),
      payloadBytes: value(peerColumn.payloadBytes),
      empty: value(peerColumn.empty),
      synRetransmissions: value(peerColumn.synRetransmissions),
      retransmissions: value(peerColumn.retransmissions),
    };
  });
}

/** The best of all parts, in the order of judgements, worst first; numbered over the whole capture. */
function joinExamples(
  ofParts: readonly (readonly Example[])[],
  counts: readonly PartCounts[],
): ConnectionRecord[] {
  const all = ofParts.flatMap((examples, part) =>
    examples.map(({ score, record }) => ({
      score,
      record: { ...record, number: numberOf(record, part, counts) },
    })),
  );
  return judgementIds.flatMap((id) =>
    all
      .filter(({ record }) => record.judgement.id === id)
      .toSorted((a, b) => b.score - a.score || a.record.number - b.record.number)
      .slice(0, EXAMPLES)
      .map(({ record }) => record),
  );
}

/** Its place in its own part, and how many of the other parts began before. */
function numberOf(record: ConnectionRecord, part: number, counts: readonly PartCounts[]): number {
  const before = counts.map(({ firstPackets }, i) =>
    i === part ? 0 : countBelow(firstPackets, record.firstPacket),
  );
  return record.number + before.reduce((sum, count) => sum + count, 0);
}

/** By halving: the numbers rise. */
function countBelow(rising: Uint32Array, limit: number): number {
  let low = 0;
  let high = rising.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((rising[middle] ?? 0) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}
