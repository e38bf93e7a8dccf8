/**
 * xorshift32 (Marsaglia 2003): unsigned 32-bit numbers, never 0; the same seed gives the same series. The seed is mixed
 * first, because neighbouring small seeds would start with much the same numbers.
 */
export function randomNumbers(seed: number): () => number {
  let state = mixed(seed) || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

/** The finalizer of MurmurHash3. */
function mixed(seed: number): number {
  let bits = (seed + 0x9e3779b9) | 0;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return bits ^ (bits >>> 16);
}
