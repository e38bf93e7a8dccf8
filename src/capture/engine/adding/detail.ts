/** Adds up what the connections of some listeners and clients were like. */
import * as judgementBit from '../../layout/judgement-bits.ts';
import * as peerColumn from '../../layout/peer-columns.ts';
import * as stateBit from '../../layout/state-bits.ts';
import * as column from '../../layout/total-columns.ts';
import * as troubleWord from '../../layout/trouble-words.ts';
import { connectionCount, recordOf } from '../connections.ts';
import { firstUs } from '../cursor.ts';
import * as view from '../judging/view.ts';
import { keepBeat, startBeats } from './beats.ts';
import { judgementOf, means } from './meaning.ts';
import { countOpening } from './opening-times.ts';
import { addTo, findRow, newTable, rowAt, rowOf } from './rows.ts';

/** Under the number of the listener and the address of a client: how many of its connections were completed. */
let clients: usize = 0;

export function clientTable(): usize {
  return clients;
}

/** `listeners`, `peers`: tables that have a row of zeros for each; of the capture's steps there are `steps`, `stepMs` long. */
export function detailConnections(listeners: usize, peers: usize, steps: i32, stepMs: f64): void {
  clients = newTable(1);
  startBeats(listeners);
  const firstMs = firstUs() / 1000;
  const count = connectionCount();
  for (let index = 0; index < count; index++) {
    view.look(recordOf(index));
    const peer = findRow(peers, view.addressOf(view.client), view.state & stateBit.isIpv6);
    if (peer >= 0) countPeer(rowAt(peers, peer));
    const listener = findRow(listeners, view.addressOf(view.server), view.portOf(view.server));
    if (listener < 0) continue;
    const startMs = view.startUs() / 1000;
    const step = min(steps - 1, max(0, <i32>Math.floor(startMs / stepMs)));
    const totals = rowAt(listeners, listener);
    countConnection(totals);
    countOpening(totals, step);
    const isEmpty = view.payloadOf(0) + view.payloadOf(1) === 0;
    if (means(view.verdict(), judgementBit.over)) {
      addTo(totals, column.ended, 1);
      if (isEmpty) {
        addTo(totals, column.empty, 1);
        keepBeat(listener, startMs - firstMs, view.addressOf(view.client));
      }
    }
    const client = rowOf(clients, listener, view.addressOf(view.client));
    addTo(rowAt(clients, client), 0, view.is(stateBit.established) ? 1 : 0);
  }
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
