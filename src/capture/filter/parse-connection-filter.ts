import type { ConnectionRecord } from '../../tcp/capture.ts';
import { compareField, type FieldComparison } from './compare-field.ts';
import { fieldNamed } from './field-named.ts';
import { FilterCursor } from './filter-cursor.ts';
import { filterError } from './filter-error.ts';
import type { FilterField } from './filter-fields.ts';
import type { FilterToken } from './filter-tokens.ts';
import { refuseValue } from './refuse-value.ts';

export type ConnectionFilter = (record: ConnectionRecord) => boolean;

/**
 * `judgement=slow-open and port in (80, 443) and not client=10.0.0.0/8`. "not" binds closest, then "and", then "or"; upper
 * and lower case are the same. "=" on a field of both sides fits when one side does; "!=" is always the opposite of "=".
 * A connection that lacks the value fits none of < <= > >=. The fields are `filterFields`.
 *
 * Throws HalfopenError (usage) with the place of what is wrong and what was expected there. Time is linear in the length
 * of the text, which is bounded as its depth is.
 */
export function parseConnectionFilter(text: string): ConnectionFilter {
  if (text.length > LONGEST) {
    throw filterError(text, LONGEST, `it goes on after ${LONGEST} characters`, 'Ask in several steps.');
  }
  const cursor = new FilterCursor(text);
  const filter = alternatives(cursor);
  if (cursor.peek().kind !== 'end') throw cursor.unexpected('"and", "or" or the end');
  return filter;
}

const LONGEST = 10_000;
/** The only recursion there is. */
const DEEPEST = 50;

function alternatives(cursor: FilterCursor): ConnectionFilter {
  const tests = [conjunction(cursor)];
  while (cursor.passes('or')) tests.push(conjunction(cursor));
  const [only] = tests;
  return tests.length === 1 && only !== undefined ? only : (record) => tests.some((test) => test(record));
}

function conjunction(cursor: FilterCursor): ConnectionFilter {
  const tests = [negatable(cursor)];
  while (cursor.passes('and')) tests.push(negatable(cursor));
  const [only] = tests;
  return tests.length === 1 && only !== undefined ? only : (record) => tests.every((test) => test(record));
}

function negatable(cursor: FilterCursor): ConnectionFilter {
  let negated = false;
  while (cursor.passes('not')) negated = !negated;
  const test = cursor.passes('(') ? inParentheses(cursor) : comparison(cursor);
  return negated ? opposite(test) : test;
}

function inParentheses(cursor: FilterCursor): ConnectionFilter {
  cursor.depth++;
  if (cursor.depth > DEEPEST) throw cursor.unexpected(`at most ${DEEPEST} parentheses inside each other`);
  const test = alternatives(cursor);
  if (!cursor.passes(')')) throw cursor.unexpected('"and", "or" or ")"');
  cursor.depth--;
  return test;
}

/** `field = value`, `field in (value, value)`, `field not in (value)`. */
function comparison(cursor: FilterCursor): ConnectionFilter {
  const field = fieldAt(cursor);
  const negated = cursor.passes('not');
  if (cursor.passes('in')) {
    const test = compare(cursor, { field, comparison: '=', values: listAt(cursor) });
    return negated ? opposite(test) : test;
  }
  if (negated) throw cursor.unexpected('"in"');
  const operators = field.ordered ? '=, !=, <, <=, >, >= or in' : '=, != or in';
  const { kind, text } = cursor.peek();
  const isEquality = text === '=' || text === '!=';
  if (kind !== 'comparison' || !(field.ordered || isEquality)) {
    throw cursor.unexpected(`${operators} after ${field.name}`);
  }
  cursor.skip();
  const values = [valueAt(cursor)];
  if (text === '!=') return opposite(compare(cursor, { field, comparison: '=', values }));
  return compare(cursor, { field, comparison: text, values });
}

function compare({ filter }: FilterCursor, asked: Omit<FieldComparison, 'refuse'>): ConnectionFilter {
  return compareField({ ...asked, refuse: (value) => refuseValue(filter, value, asked.field) });
}

function fieldAt(cursor: FilterCursor): FilterField {
  const token = cursor.peek();
  if (token.kind !== 'word') throw cursor.unexpected('a field, "not" or "("');
  cursor.skip();
  return fieldNamed(cursor.filter, token);
}

function listAt(cursor: FilterCursor): readonly FilterToken[] {
  if (!cursor.passes('(')) throw cursor.unexpected('"(" after "in"');
  const values = [valueAt(cursor)];
  while (cursor.passes(',')) values.push(valueAt(cursor));
  if (!cursor.passes(')')) throw cursor.unexpected('"," or ")"');
  return values;
}

function valueAt(cursor: FilterCursor): FilterToken {
  const token = cursor.peek();
  if (token.kind !== 'word' && token.kind !== 'quoted') throw cursor.unexpected('a value');
  cursor.skip();
  return token;
}

function opposite(test: ConnectionFilter): ConnectionFilter {
  return (record) => !test(record);
}
