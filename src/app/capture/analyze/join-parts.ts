import type { EndpointText } from '../../../capture/endpoint-text.ts';
import * as peerColumn from '../../../capture/layout/peer-columns.ts';
import * as totalColumn from '../../../capture/layout/total-columns.ts';
import { joinSeries } from '../../../capture/series.ts';
import { describeListener } from '../../../capture/summary/describe-listener.ts';
import {
  cell,
  type EndpointRows,
  keyOf,
  largestRows,
  rowCount,
  sumRows,
} from '../../../capture/summary/endpoint-rows.ts';
import { sumTotals } from '../../../capture/summary/listener-totals.ts';
import type {
  DetailRequest,
  Example,
  PartCounts,
  PartDetails,
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
  const listeners = sumRows(counts.map((count) => count.listeners));
  const peers = sumRows(counts.map((count) => count.peers));
  const request = {
    listeners: largest(listeners, MOST_LISTENERS),
    peers: largest(peers, MOST_PEERS),
    steps: series.packets.length,
    stepMs: series.stepMs,
  };
  const details = await Promise.all(parts.map((part) => part.detail(request)));
  const span = { stepMs: series.stepMs, durationMs: durationMsOf(counts) };
  return {
    counts,
    totals: addNumbers(counts.map(({ tally }) => tally.totals)),
    series,
    judgements: judgementCounts(counts),
    listeners: joinListeners(request, details, span, addresses),
    listenersInAll: rowCount(listeners),
    peers: joinPeers(details, addresses),
    peersInAll: rowCount(peers),
    examples: await joinExamples(parts),
  };
}

/** The keys of those with most of what the first column counts. */
function largest(rows: EndpointRows, most: number): EndpointRows {
  const keys = Int32Array.from(largestRows(rows, 0, most).flatMap((row) => keyOf(rows, row)));
  return { columns: 0, keys, values: new Float64Array(0) };
}

/** Every part has seen all frames. */
function durationMsOf([first]: readonly PartCounts[]): number {
  return first === undefined ? 0 : (first.lastUs - first.firstUs) / 1000;
}

/** Only where some connection begins in the middle does anybody need to know who listens. */
async function listenersForRoles(parts: readonly AnalysedPart[]): Promise<EndpointRows | null> {
  const middles = await Promise.all(parts.map((part) => part.middles()));
  if (middles.every((count) => count === 0)) return null;
  return sumRows(await Promise.all(parts.map((part) => part.listeners())));
}

/** In the order asked for. */
function joinListeners(
  { listeners }: DetailRequest,
  details: readonly PartDetails[],
  span: { readonly stepMs: number; readonly durationMs: number },
  addresses: EndpointText,
): readonly JoinedListener[] {
  const clients = countClients(details, rowCount(listeners));
  return clients.map((counted, place) => {
    const totals = sumTotals(
      details.flatMap((part) => {
        const counts = part.totals[place];
        return counts === undefined ? [] : [counts];
      }),
    );
    const empty = totals.columns[totalColumn.empty] ?? 0;
    const listener = describeListener(keyOf(listeners, place), totals, span, counted, addresses);
    return { ...listener, beats: totals.beats, empty };
  });
}

/** Of each listener how many clients came, and how many of them were served at least once. */
function countClients(
  details: readonly PartDetails[],
  listeners: number,
): readonly { readonly clients: number; readonly clientsServed: number }[] {
  const counts = Array.from({ length: listeners }, () => ({ clients: 0, clientsServed: 0 }));
  const { keys, values } = sumRows(details.map((part) => part.clients));
  values.forEach((served, row) => {
    const count = counts[keys[2 * row] ?? 0];
    if (count === undefined) return;
    count.clients++;
    if (served > 0) count.clientsServed++;
  });
  return counts;
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
  const peers = sumRows(details.map((part) => part.peers));
  return largestRows(peers, peerColumn.packets, MOST_PEERS).map((row) => {
    const [address, isIpv6] = keyOf(peers, row);
    const value = (column: number): number => cell(peers, row, column);
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
async function joinExamples(parts: readonly AnalysedPart[]): Promise<ConnectionRecord[]> {
  const all = (await Promise.all(parts.map((part) => part.examples(EXAMPLES)))).flat();
  const best = judgementIds.flatMap((id) =>
    all
      .filter(({ record }) => record.judgement.id === id)
      .toSorted(byScore)
      .slice(0, EXAMPLES)
      .map(({ record }) => record),
  );
  const firstPackets = best.map(({ firstPacket }) => firstPacket);
  const before = await Promise.all(parts.map((part) => part.begunBefore(firstPackets)));
  return best.map((record, i) => ({
    ...record,
    number: before.reduce((sum, counts) => sum + (counts[i] ?? 0), 0),
  }));
}

function byScore(a: Example, b: Example): number {
  return b.score - a.score || a.record.firstPacket - b.record.firstPacket;
}
