import { type ConnectionRecord, judgementIds } from '../../tcp/capture.ts';
import { ConnectionView } from '../connection-view.ts';
import { describeConnection } from '../describe-connection.ts';
import { EndpointText } from '../endpoint-text.ts';
import type { EngineExports } from '../engine-exports.ts';
import { captureEndMs } from '../judging/capture-end.ts';
import { judgeConnection } from '../judging/judge-connection.ts';
import { judgementNumber, type Verdict, verdictNumber, verdicts } from '../judging/verdict.ts';
import * as connectionWord from '../layout/connection-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import { type CaptureTally, countMiddles, readTally } from '../read-tally.ts';
import { type SeriesParts, seriesParts } from '../series.ts';
import { clientKey, distinctClients } from './client-keys.ts';
import { EndpointCounts, type EndpointRows } from './endpoint-counts.ts';
import { ListenerCounter, type ListenerTotals, resentBy } from './listener-totals.ts';
import { endpointAddress, endpointPort, knownListeners, settleRoles } from './settle-roles.ts';
import { isCalm, tellingScore } from './telling-score.ts';

/** Columns of the rows of clients. */
export const peerColumn = {
  connections: 0,
  packets: 1,
  payloadBytes: 2,
  empty: 3,
  synRetransmissions: 4,
  retransmissions: 5,
} as const;
const PEER_COLUMNS = 6;

/** What a part of a capture counts once it has been read; all of it adds up over the parts. */
export interface PartCounts {
  readonly tally: CaptureTally;
  readonly packets: number;
  readonly bytes: number;
  readonly firstUs: number;
  readonly lastUs: number;
  readonly baseSeconds: number;
  readonly series: SeriesParts;
  readonly judgements: Float64Array;
  /** Of each listener, how many connections. */
  readonly listeners: EndpointRows;
  /** Of each client address, how many packets both ways. */
  readonly peers: EndpointRows;
  /** Number of the first packet of each connection, rising: their order among all parts. */
  readonly firstPackets: Uint32Array;
}

/** Listeners and clients as pairs of words; `steps` and `stepMs` are of the whole capture's series. */
export interface DetailRequest {
  readonly listeners: Int32Array;
  readonly peers: Int32Array;
  readonly steps: number;
  readonly stepMs: number;
}

/** Of the listeners, in the order asked for; `clients`: see client-keys.ts; `peers`: columns of `peerColumn`. */
export interface PartDetails {
  readonly totals: readonly ListenerTotals[];
  readonly clients: Float64Array;
  readonly peers: EndpointRows;
}

/** A connection worth showing; the higher the score among those of its judgement, the more it tells. */
export interface Example {
  readonly score: number;
  readonly record: ConnectionRecord;
}

/** The connections that one engine has followed, judged and added up. The steps come in this order. */
export class PartSummary {
  readonly #engine: EngineExports;
  readonly #view: ConnectionView;
  #verdicts = new Uint8Array(0);

  constructor(engine: EngineExports) {
    this.#engine = engine;
    this.#view = new ConnectionView(engine);
  }

  /** How many connections wait for another part's listeners to tell client from server. */
  middles(): number {
    return countMiddles(this.#engine);
  }

  listeners(): Int32Array<ArrayBuffer> {
    return knownListeners(this.#view);
  }

  /** Judges every connection. `listeners`: of all parts, where `middles` were counted. */
  count(listeners: Int32Array): PartCounts {
    if (listeners.length > 0) settleRoles(this.#view, listeners);
    const view = this.#view;
    const untilMs = captureEndMs(this.#engine);
    this.#verdicts = new Uint8Array(view.count);
    const judgements = new Float64Array(judgementIds.length);
    const byListener = new EndpointCounts(1);
    const peers = new EndpointCounts(1);
    const firstPackets = new Uint32Array(view.count);
    for (let index = 0; index < view.count; index++) {
      const verdict = judgeConnection(view.select(index), untilMs);
      this.#verdicts[index] = verdictNumber(verdict);
      const judgement = judgementNumber(verdict);
      judgements[judgement] = (judgements[judgement] ?? 0) + 1;
      const { serverBit } = view;
      byListener.add(byListener.row(endpointAddress(view, serverBit), endpointPort(view, serverBit)), 0, 1);
      const peer = peers.row(endpointAddress(view, view.clientBit), familyBit(view));
      peers.add(peer, 0, view.packetsOf(view.client) + view.packetsOf(view.server));
      firstPackets[index] = view.word(connectionWord.firstPacket);
    }
    return {
      tally: readTally(this.#engine),
      packets: this.#engine.packets(),
      bytes: this.#engine.bytes(),
      firstUs: this.#engine.firstUs(),
      lastUs: this.#engine.lastUs(),
      baseSeconds: this.#engine.baseSeconds(),
      series: seriesParts(this.#engine),
      judgements,
      listeners: byListener.toRows(),
      peers: peers.toRows(),
      firstPackets,
    };
  }

  /** Adds up the connections of each of these listeners and clients. */
  detail({ listeners, peers, steps, stepMs }: DetailRequest): PartDetails {
    const view = this.#view;
    const places = rowsOf(listeners, 1);
    const talkers = rowsOf(peers, PEER_COLUMNS);
    const counters = Array.from({ length: listeners.length / 2 }, () => new ListenerCounter(steps));
    const clients = new Float64Array(view.count);
    let clientCount = 0;
    const firstMs = this.#engine.firstUs() / 1000;
    for (let index = 0; index < view.count; index++) {
      view.select(index);
      countPeer(talkers, view);
      const { serverBit } = view;
      const place = places.find(endpointAddress(view, serverBit), endpointPort(view, serverBit));
      const counter = counters[place];
      if (counter === undefined) continue;
      const startMs = view.startUs / 1000;
      const step = Math.min(steps - 1, Math.max(0, Math.floor(startMs / stepMs)));
      counter.add(view, this.#verdict(index), step, startMs - firstMs);
      clients[clientCount++] = clientKey(
        place,
        endpointAddress(view, view.clientBit),
        view.is(stateBit.established),
      );
    }
    const keys = distinctClients(clients.subarray(0, clientCount));
    return { totals: counters.map((counter) => counter.finish()), clients: keys, peers: talkers.toRows() };
  }

  /** The most telling connections of each judgement, at most `most` of each. */
  examples(most: number): Example[] {
    const view = this.#view;
    const best = judgementIds.map((): { readonly index: number; readonly score: number }[] => []);
    for (let index = 0; index < view.count; index++) {
      const verdict = this.#verdict(index);
      const list = best[judgementNumber(verdict)];
      // Where nothing is amiss the first ones do.
      if (list === undefined || (list.length >= most && isCalm(verdict))) continue;
      const score = tellingScore(view.select(index), verdict);
      if (list.length >= most && score <= (list.at(-1)?.score ?? 0)) continue;
      list.push({ index, score });
      list.sort((a, b) => b.score - a.score || a.index - b.index);
      list.length = Math.min(list.length, most);
    }
    return best.flat().map(({ index, score }) => ({ score, record: this.describe(index) }));
  }

  /** Every connection, in the order of first packets; numbered within this part. */
  *records(): Generator<ConnectionRecord> {
    for (let index = 0; index < this.#view.count; index++) yield this.describe(index);
  }

  describe(index: number): ConnectionRecord {
    const view = this.#view.select(index);
    const context = { addresses: new EndpointText(this.#engine), firstUs: this.#engine.firstUs() };
    return describeConnection(view, index, this.#verdict(index), context);
  }

  /** Address of a listener or peer as text. */
  addressText(address: number, isIpv6: boolean): string {
    return new EndpointText(this.#engine).of(address, isIpv6);
  }

  #verdict(index: number): Verdict {
    return verdicts[this.#verdicts[index] ?? 0] ?? 'too-little';
  }
}

function rowsOf(keys: Int32Array, columns: number): EndpointCounts {
  const rows = new EndpointCounts(columns);
  for (let at = 0; at < keys.length; at += 2) rows.row(keys[at] ?? 0, keys[at + 1] ?? 0);
  return rows;
}

function familyBit(view: ConnectionView): number {
  return view.is(stateBit.isIpv6) ? 1 : 0;
}

function countPeer(peers: EndpointCounts, view: ConnectionView): void {
  const row = peers.find(endpointAddress(view, view.clientBit), familyBit(view));
  if (row < 0) return;
  const payload = view.payloadOf(view.clientBit) + view.payloadOf(view.serverBit);
  peers.add(row, peerColumn.connections, 1);
  peers.add(row, peerColumn.packets, view.packetsOf(view.client) + view.packetsOf(view.server));
  peers.add(row, peerColumn.payloadBytes, payload);
  if (payload === 0 && view.is(stateBit.established)) peers.add(row, peerColumn.empty, 1);
  if (view.synSends > 1) peers.add(row, peerColumn.synRetransmissions, view.synSends - 1);
  if (view.trouble !== 0) peers.add(row, peerColumn.retransmissions, resentBy(view, 0) + resentBy(view, 1));
}
