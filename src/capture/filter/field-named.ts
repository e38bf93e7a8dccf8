import { judgementIds } from '../../tcp/capture.ts';
import { excerpt, filterError } from './filter-error.ts';
import { type FilterField, filterFields } from './filter-fields.ts';
import type { FilterToken } from './filter-tokens.ts';
import { nearestWord } from './nearest-word.ts';

const names = filterFields.map(({ name }) => name);
const byName: ReadonlyMap<string, FilterField> = new Map(
  filterFields.map((field) => [field.name.toLowerCase(), field]),
);

/** The field that a token of `filter` names. Throws HalfopenError (usage) that lists the fields. */
export function fieldNamed(filter: string, { text, at }: FilterToken): FilterField {
  const field = byName.get(text.toLowerCase());
  if (field !== undefined) return field;
  const nearest = nearestWord(text, names) ?? judgementAlone(text);
  const hint = nearest === undefined ? '' : `; did you mean ${nearest}?`;
  const said = `expected a field, found ${excerpt(text)}${hint}`;
  throw filterError(filter, at, said, `Fields: ${names.join(', ')}.`);
}

/** A judgement where a field belongs: the likeliest thing to write. */
function judgementAlone(text: string): string | undefined {
  const judgement = nearestWord(text, judgementIds);
  return judgement === undefined ? undefined : `judgement=${judgement}`;
}
