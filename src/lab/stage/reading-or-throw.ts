import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { explainMissing, type Reading } from '../../tcp/reading.ts';

/** The lab made the namespaces it reads: what it cannot read there ends the run. */
export function readingOrThrow<T>(reading: Reading<T>, attempted: string): T {
  if (reading.status === 'ok') return reading.value;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted,
    on: 'the lab',
    said: explainMissing(reading),
  });
}
