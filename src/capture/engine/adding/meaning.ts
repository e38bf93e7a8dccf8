import * as judgementBit from '../../layout/judgement-bits.ts';
import { allocate } from '../memory.ts';

const MOST_VERDICTS: usize = 64;
const table: usize = allocate(MOST_VERDICTS);

/** Where a byte for each verdict stands (layout/judgement-bits.ts). */
export function verdictTableAt(): usize {
  return table;
}

export function judgementOf(verdict: i32): i32 {
  return <i32>load<u8>(table + <usize>verdict) & judgementBit.judgementMask;
}

export function means(verdict: i32, bit: i32): bool {
  return (<i32>load<u8>(table + <usize>verdict) & bit) !== 0;
}
