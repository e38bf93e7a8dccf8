/**
 * Which clients came to which listener, and which of them were served: a bit for each client (its row among the peers), in a row of words
 * for each listener.
 */
import { allocate, get } from '../memory.ts';

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
  mark(known, listener, client);
  if (isServed) mark(served, listener, client);
}

function mark(bits: usize, listener: i32, client: i32): void {
  const at = bits + ((<usize>(listener * words + (client >> 5))) << 2);
  store<u32>(at, load<u32>(at) | (1 << (client & 31)));
}

/** Adds what another engine has marked, `ofWords` words for each of the listeners; `places`: where its clients stand among those of this one. */
export function addClientBits(
  ofKnown: usize,
  ofServed: usize,
  ofWords: i32,
  listeners: i32,
  places: usize,
): void {
  for (let listener = 0; listener < listeners; listener++) {
    const row = (<usize>(listener * ofWords)) << 2;
    addRowOfBits(known, listener, ofKnown + row, ofWords, places);
    addRowOfBits(served, listener, ofServed + row, ofWords, places);
  }
}

function addRowOfBits(bits: usize, listener: i32, from: usize, ofWords: i32, places: usize): void {
  for (let word = 0; word < ofWords; word++) {
    let left = get(from, word);
    while (left !== 0) {
      mark(bits, listener, get(places, (word << 5) + ctz(left)));
      left &= left - 1;
    }
  }
}

export function countClients(listener: i32): i32 {
  return countBits(known, listener);
}

export function countServedClients(listener: i32): i32 {
  return countBits(served, listener);
}

function countBits(bits: usize, listener: i32): i32 {
  let count = 0;
  for (let word = 0; word < words; word++) count += popcnt(get(bits, listener * words + word));
  return count;
}
