/** Minutes that local time is ahead of UTC at a moment: an argument, so that text does not depend on where it is made. */
export type UtcOffset = (ms: number) => number;

/** "03:12:07" */
export function clockTime(ms: number, offset: UtcOffset): string {
  return localIso(ms, offset).slice(11, 19);
}

/** "2026-11-21 03:12:07" */
export function dateTime(ms: number, offset: UtcOffset): string {
  return localIso(ms, offset).slice(0, 19).replace('T', ' ');
}

export function isSameDay(aMs: number, bMs: number, offset: UtcOffset): boolean {
  return localIso(aMs, offset).slice(0, 10) === localIso(bMs, offset).slice(0, 10);
}

/** What a date cannot be made of (it came from a file) is shown as a number. */
function localIso(ms: number, offset: UtcOffset): string {
  const date = new Date(ms + offset(ms) * 60_000);
  return Number.isNaN(date.getTime()) ? `${ms} ms` : date.toISOString();
}
