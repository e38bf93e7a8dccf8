/** Adds up what the connections of some listeners and clients were like, and finds examples of each judgement. */
import * as judgementBit from '../../layout/judgement-bits.ts';
import * as peerColumn from '../../layout/peer-columns.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as column from '../../layout/total-columns.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import { recordOf } from '../connections.ts';
import { firstUs } from '../cursor.ts';
import * as view from '../judging/view.ts';
import { get } from '../memory.ts';
import { keepBeat, startBeats } from './beats.ts';
import { markClient, startClientBits } from './client-bits.ts';
import { listenerTable, peerTable } from './count.ts';
import { considerExample, startExamples } from './examples.ts';
import { judgementOf, means } from './meaning.ts';
import { countOpening } from './opening-times.ts';
import { addTo, findRow, matchRows, rowAt, rowCount } from './rows.ts';

let listeners: usize = 0;
let talkers: usize = 0;
let steps: i32 = 0;
let stepMs: f64 = 0;
let firstMs: f64 = 0;
/** For each row of all listeners and peers which row of those it is, plus one. */
let listenerOf: usize = 0;
let talkerOf: usize = 0;

/**
 * The tables have a row of zeros for each; of the capture's steps there are `ofSteps`, `lasting` ms each. Of each judgement so many examples
 * are looked for.
 */
export function startDetail(
  ofListeners: usize,
  ofTalkers: usize,
  ofSteps: i32,
  lasting: f64,
  examples: i32,
): void {
  startExamples(examples);
  listeners = ofListeners;
  talkers = ofTalkers;
  steps = ofSteps;
  stepMs = lasting;
  firstMs = firstUs() / 1000;
  listenerOf = matchRows(listenerTable(), listeners);
  talkerOf = matchRows(peerTable(), talkers);
  startBeats(listeners);
  startClientBits(rowCount(listeners), rowCount(peerTable()));
}

/** To be called for slices of all connections. */
export function detailConnections(from: i32, to: i32): void {
  for (let index = from; index < to; index++) {
    view.look(recordOf(index));
    considerExample(index);
    const peer = findRow(peerTable(), view.addressOf(view.client), view.state & stateBit.isIpv6);
    const talker = get(talkerOf, peer) - 1;
    if (talker >= 0) countPeer(rowAt(talkers, talker));
    const row = findRow(listenerTable(), view.addressOf(view.server), view.portOf(view.server));
    const listener = get(listenerOf, row) - 1;
    if (listener < 0) continue;
    const startMs = view.startUs() / 1000;
    const step = min(steps - 1, max(0, <i32>Math.floor(startMs / stepMs)));
    countAt(listener, rowAt(listeners, listener), step, startMs);
    markClient(listener, peer, view.is(stateBit.established));
  }
}

function countAt(listener: i32, totals: usize, step: i32, startMs: f64): void {
  countConnection(totals);
  countOpening(totals, step);
  if (!means(view.verdict(), judgementBit.over)) return;
  addTo(totals, column.ended, 1);
  if (view.payloadOf(0) + view.payloadOf(1) > 0) return;
  addTo(totals, column.empty, 1);
  keepBeat(listener, startMs - firstMs, view.addressOf(view.client));
}

function countConnection(totals: usize): void {
  const client = view.client;
  const server = view.server;
  addTo(totals, column.connections, 1);
  addTo(totals, column.judgements + judgementOf(view.verdict()), 1);
  addTo(totals, column.payloadToServer, view.payloadOf(client));
  addTo(totals, column.payloadToClient, view.payloadOf(server));
  addTo(totals, column.packets, <f64>view.packetsOf(0) + <f64>view.packetsOf(1));
  addTo(totals, column.packetsWithPayload, <f64>view.dataSegmentsOf(0) + <f64>view.dataSegmentsOf(1));
  addTo(totals, column.push, <f64>view.pushOf(0) + <f64>view.pushOf(1));
  if (view.is(stateBit.cookieLike)) addTo(totals, column.cookieLike, 1);
  if (view.has(stateBit.reset, client)) addTo(totals, column.resetsByClient, 1);
  if (view.has(stateBit.reset, server)) addTo(totals, column.resetsByServer, 1);
  if (view.trouble === 0) return;
  addTo(totals, column.resentByClient, resentBy(client));
  addTo(totals, column.resentByServer, resentBy(server));
  addTo(totals, column.zeroWindowsByClient, <f64>view.troubleOf(client, troubleWord.zeroWindows));
  addTo(totals, column.zeroWindowsByServer, <f64>view.troubleOf(server, troubleWord.zeroWindows));
  addTo(totals, column.resetsByClient, <f64>view.troubleOf(client, troubleWord.resets));
  addTo(totals, column.resetsByServer, <f64>view.troubleOf(server, troubleWord.resets));
}

/** Data and FIN segments that an endpoint sent again. */
function resentBy(endpoint: i32): f64 {
  return (
    <f64>view.troubleOf(endpoint, troubleWord.timeouts) +
    <f64>view.troubleOf(endpoint, troubleWord.fast) +
    <f64>view.troubleOf(endpoint, troubleWord.spurious)
  );
}

function countPeer(totals: usize): void {
  const payload = view.payloadOf(0) + view.payloadOf(1);
  addTo(totals, peerColumn.connections, 1);
  addTo(totals, peerColumn.packets, <f64>view.packetsOf(0) + <f64>view.packetsOf(1));
  addTo(totals, peerColumn.payloadBytes, payload);
  if (payload === 0 && view.is(stateBit.established)) addTo(totals, peerColumn.empty, 1);
  if (view.synSends() > 1) addTo(totals, peerColumn.synRetransmissions, <f64>(view.synSends() - 1));
  if (view.trouble !== 0) addTo(totals, peerColumn.retransmissions, resentBy(0) + resentBy(1));
}
