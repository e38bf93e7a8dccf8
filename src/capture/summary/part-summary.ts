import { type ConnectionRecord, judgementIds } from '../../tcp/capture.ts';
import { ConnectionView } from '../connection-view.ts';
import { describeConnection } from '../describe-connection.ts';
import { EndpointText } from '../endpoint-text.ts';
import type { EngineExports } from '../engine-exports.ts';
import * as connectionWord from '../layout/connection-words.ts';
import { peerColumns } from '../layout/peer-columns.ts';
import { totalColumns } from '../layout/total-columns.ts';
import { type CaptureTally, countMiddles, readTally } from '../read-tally.ts';
import { type SeriesParts, seriesParts } from '../series.ts';
import {
  addClientBits,
  type ClientBits,
  type ClientCount,
  countClients,
  readClientBits,
} from './client-bits.ts';
import { addRows, type EndpointRows, largestKeys, readRows, tableOf } from './endpoint-rows.ts';
import { type ListenerTotals, readTotals } from './listener-totals.ts';

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
}

/** Listeners (address; port, and family above it) with their connections; clients (address; family) with their packets both ways. */
export type EndpointKind = 'listeners' | 'peers';

/** Endpoints of all parts: where those of each other part are among them, how many there are, and the keys of those with most. */
export interface JoinedEndpoints {
  readonly places: readonly Int32Array[];
  readonly inAll: number;
  readonly largest: Int32Array;
}

/**
 * Keys of listeners and clients to look at; `steps` and `stepMs` are of the whole capture's series; `examples`: at most so many of
 * each judgement.
 */
export interface DetailRequest {
  readonly listeners: Int32Array;
  readonly peers: Int32Array;
  readonly steps: number;
  readonly stepMs: number;
  readonly examples: number;
}

/** Of the listeners and clients, in the order asked for; `peers`: columns of layout/peer-columns.ts. */
export interface PartDetails {
  readonly totals: readonly ListenerTotals[];
  readonly peers: EndpointRows;
  readonly examples: readonly Example[];
}

/** A connection worth showing, numbered within its part; the higher the score among those of its judgement, the more it tells. */
export interface Example {
  readonly judgement: number;
  readonly score: number;
  readonly index: number;
  readonly firstPacket: number;
}

const SLICE = 2048;

/** The connections that one engine has followed, judged and added up, all of it by the engine. The steps come in this order. */
export class PartSummary {
  readonly #engine: EngineExports;

  constructor(engine: EngineExports) {
    this.#engine = engine;
  }

  /** As `count`, at once; null where some connection has to wait until all parts' listeners tell its client from its server. */
  countSettled(): PartCounts | null {
    return countMiddles(this.#engine) > 0 ? null : this.count(null);
  }

  /** Keys of endpoints that have answered a SYN. */
  answering(): Int32Array {
    return readRows(this.#engine, this.#engine.findListeners(), 0).keys;
  }

  /** Judges every connection. `listeners`: those of all parts; null: no connection needs them. */
  count(listeners: Int32Array | null): PartCounts {
    const engine = this.#engine;
    if (listeners !== null) engine.settleRoles(tableOf(engine, listeners, 0));
    engine.startCount();
    this.#inSlices(engine.countConnections);
    return {
      tally: readTally(engine),
      packets: engine.packets(),
      bytes: engine.bytes(),
      firstUs: engine.firstUs(),
      lastUs: engine.lastUs(),
      baseSeconds: engine.baseSeconds(),
      series: seriesParts(engine),
      judgements: new Float64Array(engine.memory.buffer, engine.judgementsAt(), judgementIds.length).slice(),
    };
  }

  endpoints(kind: EndpointKind): EndpointRows {
    return readRows(this.#engine, this.#tableOf(kind), 1);
  }

  /** Adds the endpoints of the other parts to those of this one, whose places stay what they are. */
  joinEndpoints(kind: EndpointKind, others: readonly EndpointRows[], most: number): JoinedEndpoints {
    const engine = this.#engine;
    const table = this.#tableOf(kind);
    const places = others.map((rows) => addRows(engine, table, rows));
    return { places, inAll: engine.rowCount(table), largest: largestKeys(engine, table, most) };
  }

  #tableOf(kind: EndpointKind): number {
    return kind === 'listeners' ? this.#engine.listenerTable() : this.#engine.peerTable();
  }

  /** Adds up the connections of each of these listeners and clients. */
  detail({ listeners, peers, steps, stepMs, examples }: DetailRequest): PartDetails {
    const engine = this.#engine;
    const columns = totalColumns + steps;
    const places = tableOf(engine, listeners, columns);
    const talkers = tableOf(engine, peers, peerColumns);
    engine.startDetail(places, talkers, steps, stepMs, examples);
    this.#inSlices(engine.detailConnections);
    return {
      totals: Array.from({ length: engine.rowCount(places) }, (_, row) =>
        readTotals(engine, places, columns, row),
      ),
      peers: readRows(engine, talkers, peerColumns),
      examples: this.#examples(examples),
    };
  }

  /** Which clients came to each of so many listeners that were looked at. */
  clientBits(listeners: number): ClientBits {
    return readClientBits(this.#engine, listeners);
  }

  /** Adds those of the other parts, whose clients stand at `places`, and counts. */
  joinClients(
    listeners: number,
    others: readonly ClientBits[],
    places: readonly Int32Array[],
  ): ClientCount[] {
    others.forEach((bits, i) => {
      addClientBits(this.#engine, bits, listeners, places[i] ?? new Int32Array(0));
    });
    return countClients(this.#engine, listeners);
  }

  /** The most telling connections of each judgement; best first. */
  #examples(most: number): Example[] {
    const engine = this.#engine;
    const view = new ConnectionView(engine);
    return judgementIds.flatMap((_, judgement) => {
      const list = engine.examplesAt() + judgement * engine.exampleListBytes();
      const [length = 0, ...cells] = new Float64Array(engine.memory.buffer, list, 1 + 2 * most);
      return Array.from({ length }, (__, i) => {
        const [score = 0, index = 0] = cells.slice(2 * i);
        const firstPacket = view.select(index).word(connectionWord.firstPacket) >>> 0;
        return { judgement, score, index, firstPacket };
      });
    });
  }

  /** How many connections began before each of these packets. */
  begunBefore(packets: readonly number[]): number[] {
    const view = new ConnectionView(this.#engine);
    return packets.map((packet) => countBefore(view, packet));
  }

  /** Every connection, in the order of first packets; numbered within this part. */
  *records(): Generator<ConnectionRecord> {
    const describe = this.#describer();
    for (let index = 0; index < this.#engine.connectionCount(); index++) yield describe(index);
  }

  describe(indices: readonly number[]): ConnectionRecord[] {
    return indices.map(this.#describer());
  }

  #describer(): (index: number) => ConnectionRecord {
    const engine = this.#engine;
    const view = new ConnectionView(engine);
    const context = { addresses: new EndpointText(engine), firstUs: engine.firstUs() };
    return (index) => describeConnection(view.select(index), index, context);
  }

  /** What is compiled in haste is replaced by something better when it is called the next time. */
  #inSlices(step: (from: number, to: number) => void): void {
    const count = this.#engine.connectionCount();
    for (let from = 0; from < count; from += SLICE) step(from, Math.min(count, from + SLICE));
  }
}

/** By halving: connections are numbered in the order of their first packets. */
function countBefore(view: ConnectionView, packet: number): number {
  let low = 0;
  let high = view.count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (view.select(middle).word(connectionWord.firstPacket) >>> 0 < packet) low = middle + 1;
    else high = middle;
  }
  return low;
}
