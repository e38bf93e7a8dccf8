/** The highest of each of `parts` equal parts; undefined where nobody looked. */
export function partsOf(values: readonly (number | null)[], parts: number): readonly (number | undefined)[] {
  return Array.from({ length: parts }, (_, at) => {
    const from = Math.floor((at * values.length) / parts);
    const to = Math.max(from + 1, Math.floor(((at + 1) * values.length) / parts));
    const known = values.slice(from, to).filter((value) => value !== null);
    return known.length === 0 ? undefined : Math.max(...known);
  });
}
