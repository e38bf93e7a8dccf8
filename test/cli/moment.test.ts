import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseDurationMs } from '../../src/base/units.ts';
import { momentMs, readMoment } from '../../src/cli/moment.ts';

const unitMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;
const unit = fc.constantFrom(...(Object.keys(unitMs) as (keyof typeof unitMs)[]));

describe('durations', () => {
  it('are a number and a unit', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), unit, (number, name) => {
        expect(parseDurationMs(`${number}${name}`)).toBe(number * unitMs[name]);
      }),
    );
  });

  it('are nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const ms = parseDurationMs(text);
        if (ms === undefined) return;
        expect(text.trim()).toMatch(/^\d+(\.\d+)?(ms|s|m|h|d)$/);
        expect(ms).toBeGreaterThanOrEqual(0);
      }),
    );
    for (const text of ['1 d', '-1d', '1dd', '1w', '1D', 'd', '', '1d2h'])
      expect(parseDurationMs(text)).toBeUndefined();
  });
});

describe('a moment', () => {
  const now = Date.UTC(2026, 10, 21, 3, 12);

  it('is so long ago', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3650 }), (days) => {
        expect(momentMs(readMoment(`${days}d`), now)).toBe(now - days * unitMs.d);
      }),
    );
  });

  it('is a time, with its zone or local', () => {
    fc.assert(
      fc.property(
        fc.date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true }),
        (date) => {
          expect(momentMs(readMoment(date.toISOString()), now)).toBe(date.getTime());
        },
      ),
    );
    expect(momentMs(readMoment('2026-11-21'), now)).toBe(new Date(2026, 10, 21).getTime());
    expect(momentMs(readMoment('2026-11-21 03:12'), now)).toBe(new Date(2026, 10, 21, 3, 12).getTime());
    expect(momentMs(readMoment('2026-11-21T03:12:07+01:00'), now)).toBe(Date.UTC(2026, 10, 21, 2, 12, 7));
  });

  it.each(['', 'yesterday', '1', '100ms', '9999999d', '2026-13-01', '2026-11-21T25:00', '11/21/2026', '-1h'])(
    'is not %j',
    (text) => {
      expect(() => readMoment(text)).toThrow(/It takes how long ago|It must be between/);
    },
  );
});
