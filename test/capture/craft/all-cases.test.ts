import { describe, expect, it } from 'vitest';
import { judgementIds } from '../../../src/tcp/capture.ts';
import { allCases } from './all-cases.ts';

describe('crafted captures', () => {
  it('have a name each', () => {
    const names = allCases.map((one) => one.name);
    expect(new Set(names).size).toBe(names.length);
  });

  it('show every judgement', () => {
    const shown = new Set(
      allCases.flatMap((one) => one.expected.connections.map((connection) => connection.judgement.id)),
    );
    expect([...shown].sort()).toEqual([...judgementIds].sort());
  });

  it.each(allCases)('$name goes forward in time', ({ packets }) => {
    const times = packets.map((packet) => packet.atMs);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });
});
