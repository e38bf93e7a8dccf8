import * as connectionWord from '../layout/connection-words.ts';
import { allocate, get, set } from './memory.ts';

const RECORD_BYTES: usize = (<usize>connectionWord.recordWords) << 2;
const PER_CHUNK: i32 = 4096;
/** With 4 GiB of memory there can be no more. */
const MOST_CHUNKS: i32 = 6000;

/** Records in chunks that never move; the directory says where each chunk begins. */
const directory: usize = allocate((<usize>MOST_CHUNKS) << 2);
let count: i32 = 0;
let free: usize = 0;

export function connectionCount(): i32 {
  return count;
}

export function chunksAt(): usize {
  return directory;
}

export function recordOf(index: i32): usize {
  return <usize>get(directory, index >> 12) + <usize>(index & (PER_CHUNK - 1)) * RECORD_BYTES;
}

/** A fresh record, all zeros; they are numbered in the order in which they are asked for. */
export function addConnection(): usize {
  const place = count & (PER_CHUNK - 1);
  if (place === 0) {
    free = allocate(RECORD_BYTES * PER_CHUNK);
    set(directory, count >> 12, <i32>free);
  }
  count++;
  return free + <usize>place * RECORD_BYTES;
}
