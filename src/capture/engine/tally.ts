import * as tallyWord from '../layout/tally-words.ts';
import { allocate } from './memory.ts';

/** 64-bit floats: exact up to 2^53. */
const counts: usize = allocate((<usize>tallyWord.tallyWords) << 3);

export function tallyAt(): usize {
  return counts;
}

export function tally(which: i32): void {
  const at = counts + ((<usize>which) << 3);
  store<f64>(at, load<f64>(at) + 1);
}
