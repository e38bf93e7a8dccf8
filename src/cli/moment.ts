import { InvalidArgumentError } from 'commander';
import { parseDurationMs } from '../base/units.ts';

/** A moment as people give it: so long ago, or a date. */
export type Moment = { readonly agoMs: number } | { readonly atMs: number };

const LONGEST_AGO_MS = 3650 * 86_400_000;
const isoDate = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:?\d\d)?)?$/i;

/** "1h", "2d", "2026-11-21", "2026-11-21T03:12", "...:07Z"; without a zone it is local time. Throws what commander shows. */
export function readMoment(text: string): Moment {
  const agoMs = parseDurationMs(text);
  if (agoMs !== undefined) {
    if (agoMs < 1000 || agoMs > LONGEST_AGO_MS)
      throw new InvalidArgumentError('It must be between 1s and 3650d.');
    return { agoMs };
  }
  const [, date, time = '00:00', zone = ''] = isoDate.exec(text.trim()) ?? [];
  // A date alone would be taken for UTC.
  const atMs = date === undefined ? Number.NaN : Date.parse(`${date}T${time}${zone.toUpperCase()}`);
  if (Number.isNaN(atMs))
    throw new InvalidArgumentError(
      'It takes how long ago (10m, 1h, 2d) or a time (2026-11-21, 2026-11-21T03:12, 2026-11-21T03:12:07Z).',
    );
  return { atMs };
}

export function momentMs(moment: Moment, nowMs: number): number {
  return 'agoMs' in moment ? nowMs - moment.agoMs : moment.atMs;
}
