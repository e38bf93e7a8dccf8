import { describe, expect, it } from 'vitest';
import { withPorts } from '../../src/diagnosis/socket-groups/local-port-range.ts';

describe('a list of ports with some more', () => {
  it.each([
    ['', [], ''],
    ['', [9200], '9200'],
    ['40007', [9200], '9200,40007'],
    ['8080,9148-9150', [9151, 9149, 8080], '8080,9148-9151'],
    ['1-5', [3, 7, 6], '1-7'],
  ])('%j and %j: %j', (text, ports, expected) => expect(withPorts(text, ports)).toBe(expected));
});
