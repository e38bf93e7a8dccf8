/**
 * Rows of a table (engine/adding/rows.ts) stand in chunks: first their keys, two words each, then their numbers, 64-bit floats. A chunk is of
 * 2^10 rows, or of 2^4 where they are wide.
 */
export const chunkShift = 10;
export const wideColumns = 64;
export const wideChunkShift = 4;
