import { exitCodes, HalfopenError } from '../../base/errors.ts';

/**
 * A usage error that shows the filter, where in it something is wrong and what was expected there.
 * `at` counts from 0 in `filter`; people are told characters from 1.
 */
export function filterError(filter: string, at: number, said: string, remedy: string): HalfopenError {
  const character = [...filter.slice(0, at)].length + 1;
  return new HalfopenError(exitCodes.usage, {
    attempted: 'read the filter',
    on: excerpt(filter),
    said: `at character ${character}: ${said}`,
    remedy,
  });
}

const LONGEST_EXCERPT = 80;

/** In quotes and with control characters escaped, so that a terminal shows it as it is. */
export function excerpt(text: string): string {
  return JSON.stringify(text.length > LONGEST_EXCERPT ? `${text.slice(0, LONGEST_EXCERPT - 3)}...` : text);
}
