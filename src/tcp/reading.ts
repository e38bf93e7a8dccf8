/**
 * What a reader of the kernel brings back. Missing evidence is a value with a reason, so that a rule can
 * answer "unknown" and never mistakes absence for health.
 */
export type Reading<T> =
  | { readonly status: 'ok'; readonly value: T }
  /** This kernel or this machine does not have it; `since` names the first release that does, when known. */
  | { readonly status: 'unsupported'; readonly source: string; readonly since: string }
  /** It exists but we may not read it; `needs` names the privilege. */
  | { readonly status: 'denied'; readonly source: string; readonly needs: string }
  /** It was read but is not what the kernel promises: offset and offending text. */
  | { readonly status: 'malformed'; readonly source: string; readonly at: string; readonly got: string }
  /** It was there and went away while we looked, or was not looked at in this run. */
  | { readonly status: 'absent'; readonly source: string; readonly because: string };

export type MissingReading = Exclude<Reading<never>, { status: 'ok' }>;

export const ok = <T>(value: T): Reading<T> => ({ status: 'ok', value });
export const unsupported = (source: string, since: string): MissingReading => ({
  status: 'unsupported',
  source,
  since,
});
export const denied = (source: string, needs: string): MissingReading => ({
  status: 'denied',
  source,
  needs,
});
export const malformed = (source: string, at: string, got: string): MissingReading => ({
  status: 'malformed',
  source,
  at,
  got: got.slice(0, 120),
});
export const absent = (source: string, because: string): MissingReading => ({
  status: 'absent',
  source,
  because,
});

export function mapReading<A, B>(reading: Reading<A>, change: (value: A) => B): Reading<B> {
  return reading.status === 'ok' ? ok(change(reading.value)) : reading;
}

export function readingValue<T>(reading: Reading<T>): T | undefined {
  return reading.status === 'ok' ? reading.value : undefined;
}

/** The reason in words, for `unknowns[].because`. */
export function explainMissing(reading: MissingReading): string {
  switch (reading.status) {
    case 'unsupported':
      return `${reading.source} is not offered by this kernel (${reading.since})`;
    case 'denied':
      return `${reading.source} needs ${reading.needs}`;
    case 'malformed':
      return `${reading.source} is not readable at ${reading.at}: got ${JSON.stringify(reading.got)}`;
    case 'absent':
      return `${reading.source}: ${reading.because}`;
  }
}
