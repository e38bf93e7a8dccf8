import type { HalfopenError } from '../../base/errors.ts';
import { excerpt, filterError } from './filter-error.ts';
import type { FilterField } from './filter-fields.ts';
import type { FilterToken } from './filter-tokens.ts';
import { nearestWord } from './nearest-word.ts';

/** What to throw for a value that `field` does not take: where it stands and what the field takes. */
export function refuseValue(filter: string, { text, at }: FilterToken, field: FilterField): HalfopenError {
  const words = field.ordered ? [] : field.words;
  const nearest = nearestWord(text, words);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const said = `expected ${wanted[field.takes]} for ${field.name}, found ${excerpt(text)}${hint}`;
  const remedy =
    words.length > 0 ? `${field.name} is one of ${words.join(', ')}.` : `${field.name}: ${field.meaning}.`;
  return filterError(filter, at, said, remedy);
}

const wanted: Readonly<Record<FilterField['takes'], string>> = {
  count: 'a whole number',
  port: 'a port from 0 to 65535',
  duration: 'a duration such as 200ms, 1.5s or 2m (a number alone is ms)',
  size: 'a size such as 1500, 10KiB or 1MB',
  word: 'one of its values',
  address: 'an address or a prefix such as 10.0.0.1, 10.0.0.0/8 or fd00::/8',
  endpoint: 'an address with a port such as 10.0.0.1:443 or [::1]:443',
};
