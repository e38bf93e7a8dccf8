/** Words in linear memory, and an arena that only grows: what a capture needs stays until its engine is dropped. */

export function get(record: usize, word: i32): i32 {
  return load<i32>(record + ((<usize>word) << 2));
}

export function set(record: usize, word: i32, value: i32): void {
  store<i32>(record + ((<usize>word) << 2), value);
}

export function add(record: usize, word: i32, amount: i32): void {
  const at = record + ((<usize>word) << 2);
  store<i32>(at, load<i32>(at) + amount);
}

export function setFloat(record: usize, word: i32, value: f64): void {
  store<f64>(record + ((<usize>word) << 2), value);
}

export function getFloat(record: usize, word: i32): f64 {
  return load<f64>(record + ((<usize>word) << 2));
}

const LINE_BYTES: usize = 64;
const PAGE_BYTES: usize = 65_536;
/** Memory is asked for in steps of half of what there is: each makes the caller look for garbage, and what is not touched costs nothing. */
const LEAST_STEP_PAGES: i32 = 64;

let top: usize = (__heap_base + LINE_BYTES - 1) & ~(LINE_BYTES - 1);

/** Memory that a table has outgrown, for what comes next. */
let spare: usize = 0;
let spareEnd: usize = 0;

/** So many bytes, all zero, at a multiple of a cache line. Traps when the machine gives no more (the caller says so). */
export function allocate(bytes: usize): usize {
  const size = (bytes + LINE_BYTES - 1) & ~(LINE_BYTES - 1);
  if (size <= spareEnd - spare) {
    spare += size;
    memory.fill(spare - size, 0, size);
    return spare - size;
  }
  const at = top;
  top += size;
  const have = <usize>memory.size() * PAGE_BYTES;
  if (top > have) {
    const missing = <i32>((top - have + PAGE_BYTES - 1) / PAGE_BYTES);
    const step = max(LEAST_STEP_PAGES, memory.size() >> 1);
    if (memory.grow(max(missing, step)) < 0 && memory.grow(missing) < 0) unreachable();
  }
  return at;
}

/** Gives back what `allocate` gave. Of several such pieces the largest is used again. */
export function release(at: usize, bytes: usize): void {
  if (bytes <= spareEnd - spare) return;
  spare = at;
  spareEnd = at + bytes;
}
