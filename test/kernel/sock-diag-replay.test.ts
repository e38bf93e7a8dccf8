import os from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dump, recordings, type Shown } from './recorded-dump.ts';

const littleEndian = os.endianness() === 'LE';
const [recording] = recordings().filter(({ meta }) => meta.endianness === os.endianness());

/** Every datagram of the recording: the fuel for damage. */
function recorded(): Uint8Array[][] {
  if (!recording) throw new Error('no recording of this byte order');
  const { dump: read } = recording;
  return [read('listen', 'ipv4'), read('listen', 'ipv6'), read('all', 'ipv4'), read('all', 'ipv6')];
}

describe.skipIf(!recording)('a recorded sock_diag dump (none was recorded in this byte order)', () => {
  it('cut off at any byte: what came before is shown, and the cut is located', () => {
    for (const datagrams of recorded()) {
      const whole = dump(datagrams).sockets;
      for (const [index, datagram] of datagrams.entries()) {
        for (let length = 0; length < datagram.length; length++) {
          const { result, sockets } = dump([...datagrams.slice(0, index), datagram.subarray(0, length)]);
          expect(sockets).toEqual(whole.slice(0, sockets.length));
          // Between two messages nothing is wrong, only that the rest never comes.
          expect(result).toMatchObject({
            status: 'malformed',
            source: 'sock_diag',
            at: expect.stringMatching(/^byte \d+ of \d+$|^receive a dump$/),
          });
        }
      }
    }
  });

  it('with any bytes changed: never throws, never loops, never shows what is not there', () => {
    const whole = recorded();
    const change = fc.record({ at: fc.nat(), value: fc.integer({ min: 0, max: 255 }) });
    const damage = fc.record({
      which: fc.nat(whole.length - 1),
      changes: fc.array(change, { minLength: 1, maxLength: 12 }),
    });
    fc.assert(
      fc.property(damage, ({ which, changes }) => {
        const datagrams = (whole[which] ?? []).map((datagram) => Uint8Array.from(datagram));
        for (const { at, value } of changes) {
          const datagram = datagrams[at % datagrams.length];
          if (datagram) datagram[at % datagram.length] = value;
        }
        expectSane(dump(datagrams), datagrams);
      }),
      { numRuns: 3000 },
    );
  });

  it('with lengths of messages and attributes changed', () => {
    const whole = recorded();
    const lengths = fc.constantFrom(
      0,
      1,
      3,
      4,
      15,
      16,
      17,
      71,
      72,
      87,
      88,
      89,
      100,
      0x7fff,
      0xffff,
      0x7fff_ffff,
      0xffff_ffff,
    );
    fc.assert(
      fc.property(fc.nat(whole.length - 1), fc.nat(), lengths, fc.boolean(), (which, where, length, wide) => {
        const datagrams = (whole[which] ?? []).map((datagram) => Uint8Array.from(datagram));
        const [first] = datagrams;
        if (!first) return;
        const view = new DataView(first.buffer);
        const at = (where % (first.length / 4 - 1)) * 4;
        if (wide) view.setUint32(at, length, littleEndian);
        else view.setUint16(at, length & 0xffff, littleEndian);
        expectSane(dump(datagrams), datagrams);
      }),
      { numRuns: 2000 },
    );
  });

  it('of bytes that are no netlink at all', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }), (datagrams) =>
        expectSane(dump(datagrams), datagrams),
      ),
      { numRuns: 1000 },
    );
  });
});

function expectSane({ result, sockets, requests }: Shown, datagrams: readonly Uint8Array[]): void {
  const bytes = datagrams.reduce((sum, datagram) => sum + datagram.length, 0);
  expect(sockets.length).toBeLessThanOrEqual(bytes / 88);
  expect(requests).toBeLessThanOrEqual(3);
  expect(['ok', 'malformed', 'unsupported', 'denied', 'absent']).toContain(result.status);
  for (const socket of sockets) {
    expect(socket.localPort).toBeLessThan(65_536);
    expect(socket.localAddress).toMatch(/^[\d.]+$|^[0-9a-f:.]+$/);
    if (socket.info) expect(Object.values(socket.info).every(Number.isFinite)).toBe(true);
  }
}
