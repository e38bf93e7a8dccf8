/** Judges every connection and counts them: by judgement, by listener, and the packets of each client. */
import * as judgementBit from '../../layout/judgement-bits.ts';
import * as stateBit from '../../layout/state-bits.ts';
import { recordOf } from '../connections.ts';
import { lastUs } from '../cursor.ts';
import { judge } from '../judging/judge.ts';
import * as view from '../judging/view.ts';
import { allocate } from '../memory.ts';
import { judgementOf } from './meaning.ts';
import { addTo, newTable, rowAt, rowOf } from './rows.ts';

/** 64-bit floats, by the place of the judgement. */
const judgements: usize = allocate(<usize>judgementBit.judgements * 8);
let payload: f64 = 0;
/** One column each: connections, packets. */
let listeners: usize = 0;
let peers: usize = 0;

export function judgementsAt(): usize {
  return judgements;
}

/** Of all connections. Which bytes a connection has is not settled before its last packet. */
export function payloadOfAll(): f64 {
  return payload;
}

export function listenerTable(): usize {
  return listeners;
}

export function peerTable(): usize {
  return peers;
}

export function startCount(): void {
  listeners = newTable(1);
  peers = newTable(1);
  payload = 0;
  memory.fill(judgements, 0, <usize>judgementBit.judgements * 8);
}

/** To be called for slices of all connections. */
export function countConnections(from: i32, to: i32): void {
  const untilMs = <i32>(<i64>Math.floor(lastUs() / 1000));
  for (let index = from; index < to; index++) {
    view.look(recordOf(index));
    const verdict = judge(untilMs);
    view.setVerdict(verdict);
    addTo(judgements, judgementOf(verdict), 1);
    payload += view.payloadOf(0) + view.payloadOf(1);
    const listener = rowOf(listeners, view.addressOf(view.server), view.portOf(view.server));
    addTo(rowAt(listeners, listener), 0, 1);
    const peer = rowOf(peers, view.addressOf(view.client), view.state & stateBit.isIpv6);
    addTo(rowAt(peers, peer), 0, <f64>view.packetsOf(0) + <f64>view.packetsOf(1));
  }
}
