/** How fine a series is kept: each block has 60 rows. */
export interface Level {
  /** Of a row. */
  readonly stepSeconds: number;
  /** Of a block. */
  readonly blockSeconds: number;
}

export const ROWS_PER_BLOCK = 60;

export const levels: readonly Level[] = Object.freeze(
  [1, 10, 60].map((stepSeconds) =>
    Object.freeze({ stepSeconds, blockSeconds: stepSeconds * ROWS_PER_BLOCK }),
  ),
);

/** The start of the block of `level` that a second lies in. */
export function blockStart(second: number, level: number): number {
  const length = levels[level]?.blockSeconds ?? 60;
  return Math.floor(second / length) * length;
}
