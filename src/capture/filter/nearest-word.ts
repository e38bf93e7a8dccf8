/**
 * The candidate that `word` is most likely a slip or the beginning of, upper and lower case apart; undefined when none is
 * near.
 */
export function nearestWord(word: string, candidates: readonly string[]): string | undefined {
  if (word.length > LONGEST) return undefined;
  const begins = (candidate: string): boolean => candidate.toLowerCase().startsWith(word.toLowerCase());
  let nearest = word.length < SHORTEST_BEGINNING ? undefined : candidates.find(begins);
  if (nearest !== undefined) return nearest;
  let fewest = 1 + Math.min(3, Math.floor(word.length / 3));
  for (const candidate of candidates) {
    const slips = editDistance(word.toLowerCase(), candidate.toLowerCase());
    if (slips < fewest) {
      fewest = slips;
      nearest = candidate;
    }
  }
  return nearest;
}

/** Longer than every name there is: not worth comparing. */
const LONGEST = 40;
const SHORTEST_BEGINNING = 3;

/** Letters to insert, delete or replace, or neighbours to swap (optimal string alignment). */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, column) => column)];
  const at = (row: number, column: number): number => rows[row]?.[column] ?? 0;
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    rows.push(current);
    for (let column = 1; column <= b.length; column++) {
      const replaced = at(row - 1, column - 1) + (a[row - 1] === b[column - 1] ? 0 : 1);
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1];
      current.push(
        Math.min(
          replaced,
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          swapped ? at(row - 2, column - 2) + 1 : replaced,
        ),
      );
    }
  }
  return at(a.length, b.length);
}
