import { judgementIds } from '../../tcp/capture.ts';
import type { ConnectionView } from '../connection-view.ts';
import { judgementNumber, meanings, type Verdict } from '../judging/verdict.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import { latencyBin, latencyBins, retryColumns } from './latency-bins.ts';
import { logHistogramSteps, logStep } from './log-histogram.ts';
import { endpointAddress } from './settle-roles.ts';

/** Columns of `ListenerTotals.counts`. */
export const column = {
  connections: 0,
  attempts: 1,
  /** Of the attempts: the handshake was completed; or the capture ended before it could be. */
  established: 2,
  tooEarly: 3,
  ended: 4,
  empty: 5,
  packets: 6,
  packetsWithPayload: 7,
  push: 8,
  payloadToServer: 9,
  payloadToClient: 10,
  synRetransmissions: 11,
  synAckRetransmissions: 12,
  resentByClient: 13,
  resentByServer: 14,
  zeroWindowsByClient: 15,
  zeroWindowsByServer: 16,
  resetsByClient: 17,
  resetsByServer: 18,
  cookieLike: 19,
} as const;
const COLUMNS = 20;

/** So many arrivals of a listener are looked at for a rhythm. */
const MOST_BEATS = 5000;

/** What adds up over the connections of one listener; plain arrays, so that another thread can have counted them. */
export interface ListenerTotals {
  readonly counts: Float64Array;
  readonly judgements: Float64Array;
  readonly latency: Float64Array;
  readonly connect: Float64Array;
  connectMinUs: number;
  /** First SYNs in each step of the capture. */
  readonly arrivals: Float64Array;
  /** Of connections without payload: when they began (ms from the first packet) and the client's address, in turn. */
  beats: Float64Array;
}

export function emptyTotals(steps: number): ListenerTotals {
  return {
    counts: new Float64Array(COLUMNS),
    judgements: new Float64Array(judgementIds.length),
    latency: new Float64Array(latencyBins * retryColumns),
    connect: new Float64Array(logHistogramSteps),
    connectMinUs: Number.POSITIVE_INFINITY,
    arrivals: new Float64Array(steps),
    beats: new Float64Array(0),
  };
}

/** Judgements of connections that are over, among those whose handshake was completed. */
const over = new Set<string>([
  'accept-queue-stall',
  'retransmission-death',
  'keepalive-death',
  'idle-timeout-cut',
  'reset-by-middlebox',
  'reset-by-server',
  'reset-by-client',
  'slow-open',
  'lingering',
  'heartbeat',
  'completed',
]);

/** The same totals while they grow. */
export class ListenerCounter {
  readonly totals: ListenerTotals;
  #beats = new Float64Array(64);
  #beatCells = 0;

  constructor(steps: number) {
    this.totals = emptyTotals(steps);
  }

  /** `step`: of the capture's series, in which the connection began; `fromMs`: when that was. */
  add(view: ConnectionView, verdict: Verdict, step: number, fromMs: number): void {
    const { totals } = this;
    const { judgement } = meanings[verdict];
    const toServer = view.payloadOf(view.clientBit);
    const toClient = view.payloadOf(view.serverBit);
    this.#count(column.connections, 1);
    increment(totals.judgements, judgementNumber(verdict), 1);
    this.#countOpening(view, verdict, step);
    this.#count(column.payloadToServer, toServer);
    this.#count(column.payloadToClient, toClient);
    if (over.has(judgement)) {
      this.#count(column.ended, 1);
      if (toServer + toClient === 0) this.#count(column.empty, 1);
    }
    this.#countSegments(view);
    const client = endpointAddress(view, view.clientBit);
    const isBeat = judgement === 'heartbeat' || (toServer + toClient === 0 && over.has(judgement));
    if (isBeat && this.#beatCells < 2 * MOST_BEATS) this.#addBeat(fromMs, client);
  }

  finish(): ListenerTotals {
    this.totals.beats = this.#beats.slice(0, this.#beatCells);
    return this.totals;
  }

  #addBeat(fromMs: number, client: number): void {
    if (this.#beatCells === this.#beats.length) {
      const beats = new Float64Array(2 * this.#beats.length);
      beats.set(this.#beats);
      this.#beats = beats;
    }
    this.#beats[this.#beatCells++] = fromMs;
    this.#beats[this.#beatCells++] = client;
  }

  #count(which: number, amount: number): void {
    increment(this.totals.counts, which, amount);
  }

  #countOpening(view: ConnectionView, verdict: Verdict, step: number): void {
    const { totals } = this;
    const { synSends, synAckSends } = view;
    if (view.is(stateBit.cookieLike)) this.#count(column.cookieLike, 1);
    if (synSends === 0) return;
    this.#count(column.attempts, 1);
    if (view.is(stateBit.established)) this.#count(column.established, 1);
    if (verdict === 'syn-early' || verdict === 'half-open-early') this.#count(column.tooEarly, 1);
    this.#count(column.synRetransmissions, synSends - 1);
    increment(totals.arrivals, step, 1);
    if (synAckSends === 0 || view.is(stateBit.beginsWithSynAck)) return;
    this.#count(column.synAckRetransmissions, synAckSends - 1);
    const connectUs = view.count32(view.server + endpointWord.openedUs);
    increment(
      totals.latency,
      latencyBin(connectUs / 1000) * retryColumns + Math.min(synSends, retryColumns) - 1,
      1,
    );
    increment(totals.connect, logStep(connectUs), 1);
    if (connectUs < totals.connectMinUs) totals.connectMinUs = connectUs;
  }

  #countSegments(view: ConnectionView): void {
    const { client, server, clientBit, serverBit } = view;
    this.#count(column.packets, view.packetsOf(client) + view.packetsOf(server));
    this.#count(
      column.packetsWithPayload,
      view.count32(client + endpointWord.dataSegments) + view.count32(server + endpointWord.dataSegments),
    );
    this.#count(
      column.push,
      view.count32(client + endpointWord.push) + view.count32(server + endpointWord.push),
    );
    if (view.clientHas(stateBit.reset)) this.#count(column.resetsByClient, 1);
    if (view.serverHas(stateBit.reset)) this.#count(column.resetsByServer, 1);
    if (view.trouble === 0) return;
    this.#count(column.resentByClient, resentBy(view, clientBit));
    this.#count(column.resentByServer, resentBy(view, serverBit));
    this.#count(column.zeroWindowsByClient, view.troubleOf(clientBit, troubleWord.zeroWindows));
    this.#count(column.zeroWindowsByServer, view.troubleOf(serverBit, troubleWord.zeroWindows));
    this.#count(column.resetsByClient, view.troubleOf(clientBit, troubleWord.resets));
    this.#count(column.resetsByServer, view.troubleOf(serverBit, troubleWord.resets));
  }
}

/** Data and FIN segments that an endpoint sent again. */
export function resentBy(view: ConnectionView, side: 0 | 1): number {
  return (
    view.troubleOf(side, troubleWord.timeouts) +
    view.troubleOf(side, troubleWord.fast) +
    view.troubleOf(side, troubleWord.spurious)
  );
}

/** One of two parts of a capture takes the other's totals in. */
export function addTotals(into: ListenerTotals, from: ListenerTotals): void {
  for (const name of ['counts', 'judgements', 'latency', 'connect', 'arrivals'] as const) {
    const more = from[name];
    for (let at = 0; at < more.length; at++) increment(into[name], at, more[at] ?? 0);
  }
  into.connectMinUs = Math.min(into.connectMinUs, from.connectMinUs);
  const beats = new Float64Array(into.beats.length + from.beats.length);
  beats.set(into.beats);
  beats.set(from.beats, into.beats.length);
  into.beats = beats;
}

function increment(array: Float64Array, at: number, amount: number): void {
  array[at] = (array[at] ?? 0) + amount;
}
