import { describe, expect, it } from 'vitest';
import { renderTable } from '../../src/cli/table.ts';

describe('renderTable', () => {
  it('aligns, numbers to the right, no blanks at the end of a line', () => {
    const rows = [
      ['1,204', 'a', ''],
      ['7', 'bcd', 'x'],
    ];
    expect(renderTable(['count', 'name', ''], rows, new Set([0]))).toBe(
      'count  name\n1,204  a\n    7  bcd   x\n',
    );
  });

  it('takes more rows than a function takes arguments', () => {
    const rows = Array.from({ length: 300_000 }, (_, index) => [String(index)]);
    expect(renderTable(['n'], rows).length).toBeGreaterThan(300_000);
  });
});
