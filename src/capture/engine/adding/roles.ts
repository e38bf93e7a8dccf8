/**
 * Who listens. Of connections that begin in the middle the client was a guess by port. Where one of the two is known to listen, and the
 * other is not, the listener is the server.
 */
import * as stateBit from '../../layout/state-bits.ts';
import { connectionCount, recordOf } from '../connections.ts';
import * as view from '../judging/view.ts';
import { findRow, newTable, rowOf } from './rows.ts';

/** A table of the endpoints that have answered a SYN. */
export function findListeners(): usize {
  const known = newTable(0);
  const count = connectionCount();
  for (let index = 0; index < count; index++) {
    view.look(recordOf(index));
    if (view.synAckSends() > 0) rowOf(known, view.addressOf(view.server), view.portOf(view.server));
  }
  return known;
}

/** `known`: the listeners of all parts of the capture. */
export function settleRoles(known: usize): void {
  const count = connectionCount();
  for (let index = 0; index < count; index++) {
    view.look(recordOf(index));
    if (!view.is(stateBit.beginsInMiddle)) continue;
    if (listens(known, view.client) && !listens(known, view.server)) view.swapRoles();
  }
}

function listens(known: usize, endpoint: i32): bool {
  return findRow(known, view.addressOf(endpoint), view.portOf(endpoint)) >= 0;
}
