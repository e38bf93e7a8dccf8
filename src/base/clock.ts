/** Time as an argument: pure folders never look at the clock themselves. */
export interface Clock {
  /** Wall-clock time in milliseconds since 1970. */
  readonly nowMs: () => number;
  /** Milliseconds on a clock that never goes back. */
  readonly monotonicMs: () => number;
}
