/** FIN and RST. */
import * as connectionWord from '../layout/connection-words.ts';
import * as endpointWord from '../layout/endpoint-words.ts';
import * as stateBit from '../layout/state-bits.ts';
import * as tallyWord from '../layout/tally-words.ts';
import * as troubleWord from '../layout/trouble-words.ts';
import * as cursor from './cursor.ts';
import { get, set } from './memory.ts';
import * as segment from './segment.ts';
import { tally } from './tally.ts';
import { countTrouble } from './trouble.ts';

export function followFin(): void {
  if (cursor.senderHas(stateBit.fin)) return;
  cursor.setSender(stateBit.fin);
  markEnd();
}

export function followReset(): void {
  tally(tallyWord.resets);
  if (cursor.senderHas(stateBit.reset)) {
    countTrouble(troubleWord.resets);
    return;
  }
  cursor.setSender(stateBit.reset);
  if (isForeign()) cursor.setState(stateBit.foreignReset);
  if (get(cursor.connection, connectionWord.answerPacket) === 0) {
    set(cursor.connection, connectionWord.answerPacket, cursor.packet);
  }
  // A reset after a FIN ends it anew: what the FIN began did not go well. When both had closed it ends nothing.
  if (!cursor.senderHas(stateBit.fin) || !cursor.receiverHas(stateBit.fin)) markEnd();
}

function markEnd(): void {
  set(cursor.sender, endpointWord.endPacket, cursor.packet);
  set(cursor.sender, endpointWord.endMs, cursor.nowMs);
}

/** So many small steps in a row, and the sender counts its IP IDs up. */
const STEADY_STEPS: i32 = 3;
const FAR: i32 = 4096;

/**
 * Whether somebody else has sent the reset in the endpoint's name: the hop limit is not that of its other packets, or the IP ID is far
 * from where its counter stands. (Linux sends resets of its own with IP ID 0.)
 */
function isForeign(): bool {
  // The reset itself is counted already.
  if (get(cursor.sender, endpointWord.packets) < 2) return false;
  if (((get(cursor.sender, endpointWord.traits) >>> 16) & 0xff) !== segment.ttl) return true;
  const run = get(cursor.sender, endpointWord.run);
  if (((run >>> 24) & 0xf) < STEADY_STEPS || segment.ipId === 0) return false;
  const step = (segment.ipId - run) & 0xffff;
  return step > FAR && step < 0x1_0000 - FAR;
}
