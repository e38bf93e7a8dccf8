import { describe, expect, it } from 'vitest';
import { connectionLines } from '../../../src/report/capture/connection-lines.ts';
import { widthOf } from '../../../src/report/wrap-text.ts';
import type { ConnectionRecord } from '../../../src/tcp/capture.ts';
import { judged, makeConnection } from '../../fixtures/capture-stories.ts';

const late = makeConnection({
  number: 1_204,
  fromMs: 75_300,
  judgement: judged('slow-open', 'it was opened after 1 SYN retry, 1.0 s late', [3, 5]),
});
const early = makeConnection({
  number: 7,
  fromMs: 2,
  client: 'fd90::1',
  server: 'fd90::2',
  family: 'ipv6',
  judgement: judged('syn-timeout', 'its SYN was sent 4 times in 7.2 s and never answered', [1]),
});

describe('connectionLines', () => {
  it('keeps columns under their headings, whatever stands in them', () => {
    const [heading = '', ...rows] = connectionLines([late, early], 2, 100);
    expect(rows).toHaveLength(2);
    const at = heading.indexOf('judgement');
    expect(rows.map((row) => row.slice(at).split('  ')[0])).toEqual(['slow-open', 'syn-timeout']);
    const ends = heading.indexOf('client > server');
    expect(rows.map((row) => row.slice(ends - 2, ends))).toEqual(['  ', '  ']);
    expect(rows[0]).toMatch(/^1204 {2}75\.3 s {2}\S/);
    expect(rows[1]).toMatch(/^ {3}7 {3,}2 ms {2}\[fd90::1\]/);
  });

  it('shortens the reason only, and by no more than it must', () => {
    const narrow = connectionLines([early], 1, 98)[1] ?? '';
    expect(narrow).toMatch(/syn-timeout {2}its SYN was sent.*…$/);
    expect(widthOf(narrow)).toBe(98);
    expect(connectionLines([early], 1, 200)[1]).toMatch(/never answered$/);
  });

  it.each([40, 60, 80])('tells each in a few lines where %i columns are too narrow for a table', (width) => {
    const lines = connectionLines([early, late], 5000, width);
    for (const line of lines) expect(widthOf(line)).toBeLessThanOrEqual(width);
    const text = lines.join(' ').replace(/ +/g, ' ');
    expect(text).toContain('7: [fd90::1]:');
    expect(text).toContain('its SYN was sent 4 times in 7.2 s and never answered');
    expect(text).toMatch(/and 4,998 more: --connections-csv FILE writes them all$/);
  });

  it('does not let names of a capture play with the terminal', () => {
    const evil: ConnectionRecord = {
      ...early,
      judgement: { ...early.judgement, because: 'red \u001b[31m line\nbreak' },
    };
    for (const width of [40, 120]) {
      // biome-ignore lint/suspicious/noControlCharactersInRegex: exactly these must not come through
      expect(connectionLines([evil], 1, width).join('')).not.toMatch(/[\u0000-\u001f]/);
    }
  });

  it('says nothing about none', () => {
    expect(connectionLines([], 0, 80)).toEqual([]);
  });
});
