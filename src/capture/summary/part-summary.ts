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
import { type EndpointRows, readRows, writeRows } from './endpoint-rows.ts';
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
  /** Of each listener (address; port, and family above it), how many connections. */
  readonly listeners: EndpointRows;
  /** Of each client (address; family), how many packets both ways. */
  readonly peers: EndpointRows;
}

/** Listeners and clients to look at, without numbers; `steps` and `stepMs` are of the whole capture's series. */
export interface DetailRequest {
  readonly listeners: EndpointRows;
  readonly peers: EndpointRows;
  readonly steps: number;
  readonly stepMs: number;
}

/** Of the listeners, in the order asked for; `peers`: columns of layout/peer-columns.ts. */
export interface PartDetails {
  readonly totals: readonly ListenerTotals[];
  /** Of each listener's place among them and each client address: how many connections were completed. */
  readonly clients: EndpointRows;
  readonly peers: EndpointRows;
}

/** A connection worth showing; the higher the score among those of its judgement, the more it tells. */
export interface Example {
  readonly score: number;
  /** Numbered within its part. */
  readonly record: ConnectionRecord;
}

/** The connections that one engine has followed, judged and added up, all of it by the engine. The steps come in this order. */
export class PartSummary {
  readonly #engine: EngineExports;

  constructor(engine: EngineExports) {
    this.#engine = engine;
  }

  /** How many connections wait for another part's listeners to tell client from server. */
  middles(): number {
    return countMiddles(this.#engine);
  }

  /** Endpoints that have answered a SYN. */
  listeners(): EndpointRows {
    return readRows(this.#engine, this.#engine.findListeners(), 0);
  }

  /** Judges every connection. `listeners`: of all parts, where `middles` were counted. */
  count(listeners: EndpointRows | null): PartCounts {
    const engine = this.#engine;
    if (listeners !== null) engine.settleRoles(this.#table(listeners));
    engine.countConnections();
    return {
      tally: readTally(engine),
      packets: engine.packets(),
      bytes: engine.bytes(),
      firstUs: engine.firstUs(),
      lastUs: engine.lastUs(),
      baseSeconds: engine.baseSeconds(),
      series: seriesParts(engine),
      judgements: new Float64Array(engine.memory.buffer, engine.judgementsAt(), judgementIds.length).slice(),
      listeners: readRows(engine, engine.listenerTable(), 1),
      peers: readRows(engine, engine.peerTable(), 1),
    };
  }

  /** Adds up the connections of each of these listeners and clients. */
  detail({ listeners, peers, steps, stepMs }: DetailRequest): PartDetails {
    const engine = this.#engine;
    const columns = totalColumns + steps;
    const places = this.#table(withColumns(listeners, columns));
    const talkers = this.#table(withColumns(peers, peerColumns));
    engine.detailConnections(places, talkers, steps, stepMs);
    return {
      totals: Array.from({ length: engine.rowCount(places) }, (_, row) =>
        readTotals(engine, engine.valuesAt(places), columns, row),
      ),
      clients: readRows(engine, engine.clientTable(), 1),
      peers: readRows(engine, talkers, peerColumns),
    };
  }

  /** The most telling connections of each judgement, at most `most` of each. */
  examples(most: number): Example[] {
    const engine = this.#engine;
    const at = engine.findExamples(most);
    const found = judgementIds.flatMap((_, judgement) => {
      const list = at + judgement * engine.exampleListBytes();
      const [length = 0, ...cells] = new Float64Array(engine.memory.buffer, list, 1 + 2 * most);
      return Array.from({ length }, (__, i) => ({ score: cells[2 * i] ?? 0, index: cells[2 * i + 1] ?? 0 }));
    });
    return found.map(({ score, index }) => ({ score, record: this.describe(index) }));
  }

  /** How many connections began before each of these packets. */
  begunBefore(packets: readonly number[]): number[] {
    const view = new ConnectionView(this.#engine);
    return packets.map((packet) => countBefore(view, packet));
  }

  /** Every connection, in the order of first packets; numbered within this part. */
  *records(): Generator<ConnectionRecord> {
    for (let index = 0; index < this.#engine.connectionCount(); index++) yield this.describe(index);
  }

  describe(index: number): ConnectionRecord {
    const engine = this.#engine;
    const view = new ConnectionView(engine).select(index);
    const context = { addresses: new EndpointText(engine), firstUs: engine.firstUs() };
    return describeConnection(view, index, context);
  }

  #table(rows: EndpointRows): number {
    const table = this.#engine.newTable(rows.columns);
    writeRows(this.#engine, table, rows);
    return table;
  }
}

/** The same endpoints with so many zeros each. */
function withColumns({ keys }: EndpointRows, columns: number): EndpointRows {
  return { columns, keys, values: new Float64Array((keys.length / 2) * columns) };
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
