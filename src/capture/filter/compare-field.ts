import type { HalfopenError } from '../../base/errors.ts';
import type { ConnectionRecord } from '../../tcp/capture.ts';
import { addressSet } from './address-set.ts';
import type { FilterField, NumberField, TextField } from './filter-fields.ts';
import type { Comparison, FilterToken } from './filter-tokens.ts';
import { readAddressValue } from './read-address-value.ts';
import { readEndpoint } from './read-endpoint.ts';
import { readFilterNumber } from './read-filter-number.ts';

type RecordTest = (record: ConnectionRecord) => boolean;

export interface FieldComparison {
  readonly field: FilterField;
  /** Anything but "=" only with fields that have an order. */
  readonly comparison: Exclude<Comparison, '!='>;
  /** At least one; more than one only with "=", which then means any of them. */
  readonly values: readonly FilterToken[];
  /** What to throw for a value that the field does not take. */
  readonly refuse: (value: FilterToken) => HalfopenError;
}

export function compareField(asked: FieldComparison): RecordTest {
  const { field } = asked;
  if (field.ordered) {
    const test = numberTest(asked, field);
    // Every comparison with NaN is false, as it has to be for a connection without a value.
    return anyOf(field.reads.map((read) => (record) => test(read(record) ?? Number.NaN)));
  }
  const test = textTest(asked, field);
  return anyOf(field.reads.map((read) => (record) => test(read(record))));
}

function numberTest(asked: FieldComparison, field: NumberField): (read: number) => boolean {
  const values = readAll(asked, (text) => readFilterNumber(field, text));
  const [value = Number.NaN] = values;
  if (asked.comparison === '=') {
    const set = new Set(values);
    return set.size === 1 && !Number.isNaN(value) ? (read) => read === value : (read) => set.has(read);
  }
  const [none] = asked.values;
  if (Number.isNaN(value) && none !== undefined) throw asked.refuse(none);
  switch (asked.comparison) {
    case '<':
      return (read) => read < value;
    case '<=':
      return (read) => read <= value;
    case '>':
      return (read) => read > value;
    case '>=':
      return (read) => read >= value;
  }
}

function textTest(asked: FieldComparison, { takes, words }: TextField): (read: string) => boolean {
  if (takes === 'address') return addressSet(readAll(asked, readAddressValue));
  const values = readAll(asked, (text) =>
    takes === 'endpoint' ? readEndpoint(text) : words.find((word) => word === text.toLowerCase()),
  );
  const set = new Set(values);
  return (read) => set.has(read);
}

function readAll<T>({ values, refuse }: FieldComparison, read: (text: string) => T | undefined): T[] {
  return values.map((value) => {
    const found = read(value.text);
    if (found === undefined) throw refuse(value);
    return found;
  });
}

function anyOf(tests: readonly RecordTest[]): RecordTest {
  const [only] = tests;
  return tests.length === 1 && only !== undefined ? only : (record) => tests.some((test) => test(record));
}
