/**
 * Which clients came to which listener, and which of them were served: a bit for each client of this engine (its row among the peers), in
 * a row of words for each listener.
 */
import { allocate } from '../memory.ts';

let words: i32 = 0;
let known: usize = 0;
let served: usize = 0;

export function startClientBits(listeners: i32, clients: i32): void {
  words = (clients + 31) >> 5;
  known = allocate((<usize>(listeners * words)) << 2);
  served = allocate((<usize>(listeners * words)) << 2);
}

/** Words of a listener's row. */
export function clientWords(): i32 {
  return words;
}

export function knownClientsAt(): usize {
  return known;
}

export function servedClientsAt(): usize {
  return served;
}

export function markClient(listener: i32, client: i32, isServed: bool): void {
  const at = (<usize>(listener * words + (client >> 5))) << 2;
  const bit: u32 = 1 << (client & 31);
  store<u32>(known + at, load<u32>(known + at) | bit);
  if (isServed) store<u32>(served + at, load<u32>(served + at) | bit);
}
