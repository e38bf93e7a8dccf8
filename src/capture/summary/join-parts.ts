import {
  type CaptureListener,
  type CapturePeer,
  type CaptureSeries,
  type CaptureTotals,
  type ConnectionRecord,
  type JudgementId,
  judgementIds,
} from '../../tcp/capture.ts';
import type { EndpointText } from '../endpoint-text.ts';
import * as peerColumn from '../layout/peer-columns.ts';
import * as totalColumn from '../layout/total-columns.ts';
import { joinSeries } from '../series.ts';
import type { AnalysedPart } from './analysed-part.ts';
import type { ClientCount } from './client-bits.ts';
import { describeListener } from './describe-listener.ts';
import { keyOf, rowCount } from './endpoint-rows.ts';
import { sumColumns } from './listener-totals.ts';
import type {
  DetailRequest,
  EndpointKind,
  Example,
  JoinedEndpoints,
  PartCounts,
  PartDetails,
} from './part-summary.ts';

const MOST_LISTENERS = 100;
const MOST_PEERS = 50;
const EXAMPLES = 5;

/** `beats`: of each part, see ListenerTotals; `empty`: how many connections without payload there are in all. */
export type JoinedListener = CaptureListener & {
  readonly beats: readonly Float64Array[];
  readonly empty: number;
};

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
  const counts = await countParts(parts);
  const series = joinSeries(counts.map((count) => count.series));
  const listeners = await joinEndpoints('listeners', parts, MOST_LISTENERS);
  const peers = await joinEndpoints('peers', parts, MOST_PEERS);
  const request = {
    listeners: listeners.largest,
    peers: peers.largest,
    steps: series.packets.length,
    stepMs: series.stepMs,
    examples: EXAMPLES,
  };
  const details = await Promise.all(parts.map((part) => part.ask('detail', request)));
  const clients = await joinClients(request, parts, peers);
  const span = { stepMs: series.stepMs, durationMs: durationMsOf(counts) };
  return {
    counts,
    totals: addNumbers(counts.map(({ tally }) => tally.totals)),
    series,
    judgements: judgementCounts(counts),
    listeners: joinListeners(request, details, clients, span, addresses),
    listenersInAll: listeners.inAll,
    peers: joinPeers(request, details, addresses),
    peersInAll: peers.inAll,
    examples: await joinExamples(details, parts),
  };
}

/** In the first part, which finds room for all. */
async function joinEndpoints(
  kind: EndpointKind,
  [first, ...others]: readonly AnalysedPart[],
  most: number,
): Promise<JoinedEndpoints> {
  if (first === undefined) throw new Error('there is no part to join');
  const rows = await Promise.all(others.map((part) => part.ask('endpoints', kind)));
  return first.ask('joinEndpoints', kind, rows, most);
}

/** Of each listener that was asked for. */
async function joinClients(
  { listeners }: DetailRequest,
  [first, ...others]: readonly AnalysedPart[],
  { places }: JoinedEndpoints,
): Promise<readonly ClientCount[]> {
  if (first === undefined) throw new Error('there is no part to join');
  const count = rowCount(listeners);
  const bits = await Promise.all(others.map((part) => part.ask('clientBits', count)));
  return first.ask('joinClients', count, bits, places);
}

/** Every part has seen all frames. */
function durationMsOf([first]: readonly PartCounts[]): number {
  return first === undefined ? 0 : (first.lastUs - first.firstUs) / 1000;
}

/** Only a part in which some connection begins in the middle has to wait for the others: somebody must know who listens. */
async function countParts(parts: readonly AnalysedPart[]): Promise<readonly PartCounts[]> {
  const settled = await Promise.all(parts.map((part) => part.ask('countSettled')));
  if (!settled.includes(null)) return settled.filter((counts) => counts !== null);
  const answering = await Promise.all(parts.map((part) => part.ask('answering')));
  const listeners = Int32Array.from(answering.flatMap((keys) => [...keys]));
  return Promise.all(parts.map((part, i) => settled[i] ?? part.ask('count', listeners)));
}

/** In the order asked for. */
function joinListeners(
  { listeners }: DetailRequest,
  details: readonly PartDetails[],
  clients: readonly ClientCount[],
  span: { readonly stepMs: number; readonly durationMs: number },
  addresses: EndpointText,
): readonly JoinedListener[] {
  return clients.map((counted, place) => {
    const parts = details.flatMap(({ totals }) => totals[place] ?? []);
    const columns = sumColumns(parts);
    const listener = describeListener(keyOf(listeners, place), columns, span, counted, addresses);
    return {
      ...listener,
      beats: parts.map(({ beats }) => beats),
      empty: columns[totalColumn.empty] ?? 0,
    };
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

/** In the order asked for. */
function joinPeers(
  { peers }: DetailRequest,
  details: readonly PartDetails[],
  addresses: EndpointText,
): CapturePeer[] {
  return Array.from({ length: rowCount(peers) }, (_, row) => {
    const [address, isIpv6] = keyOf(peers, row);
    const sum = (column: number): number =>
      details.reduce((all, part) => all + (part.peers.values[row * peerColumn.peerColumns + column] ?? 0), 0);
    return {
      address: addresses.of(address, isIpv6 === 1),
      connections: sum(peerColumn.connections),
      packets: sum(peerColumn.packets),
      payloadBytes: sum(peerColumn.payloadBytes),
      empty: sum(peerColumn.empty),
      synRetransmissions: sum(peerColumn.synRetransmissions),
      retransmissions: sum(peerColumn.retransmissions),
    };
  });
}

/** The best of all parts, in the order of judgements, worst first; numbered over the whole capture. */
async function joinExamples(
  details: readonly PartDetails[],
  parts: readonly AnalysedPart[],
): Promise<readonly ConnectionRecord[]> {
  const all = details.flatMap(({ examples }, part) => examples.map((example) => ({ ...example, part })));
  const best = judgementIds.flatMap((_, judgement) =>
    all
      .filter((example) => example.judgement === judgement)
      .toSorted((a, b) => b.score - a.score || a.firstPacket - b.firstPacket)
      .slice(0, EXAMPLES),
  );
  const [numbers, records] = await Promise.all([
    numbersOf(best, parts),
    Promise.all(
      parts.map((part, i) =>
        part.ask(
          'describe',
          best.flatMap((one) => (one.part === i ? [one.index] : [])),
        ),
      ),
    ),
  ]);
  const next = records.map((ofPart) => ofPart.values());
  return best.flatMap(({ part }, i) => {
    const record = next[part]?.next().value;
    return record === undefined ? [] : [{ ...record, number: numbers[i] ?? record.number }];
  });
}

/** How many connections of all parts began before. */
async function numbersOf(examples: readonly Example[], parts: readonly AnalysedPart[]): Promise<number[]> {
  const firstPackets = examples.map(({ firstPacket }) => firstPacket);
  const before = await Promise.all(parts.map((part) => part.ask('begunBefore', firstPackets)));
  return firstPackets.map((_, i) => before.reduce((sum, counts) => sum + (counts[i] ?? 0), 0));
}
