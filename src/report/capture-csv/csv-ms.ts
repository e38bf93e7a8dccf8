/** Milliseconds to the microsecond, "1000.250"; null stays null. */
export function csvMs(ms: number | null): string | null {
  return ms === null ? null : ms.toFixed(3);
}
