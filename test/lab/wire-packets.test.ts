import { describe, expect, it } from 'vitest';
import { type TcpSegment, tcpFlags } from '../../src/capture/decode-segment.ts';
import { type TappedPacket, wirePackets } from '../../src/lab/stage/wire-tap.ts';

const empty = new Uint8Array();

function tapped(wallMs: number, outgoing: boolean, parts: Partial<TcpSegment> = {}): TappedPacket {
  const decoded: TcpSegment = {
    kind: 'segment',
    family: 'ipv4',
    source: '10.90.0.1',
    sourcePort: 40_000,
    destination: '10.90.0.2',
    destinationPort: 8080,
    sequence: 1,
    acknowledgement: 1,
    flags: tcpFlags.ack | tcpFlags.psh,
    window: 100,
    payloadBytes: 5,
    ...parts,
  };
  const seenBy = outgoing === (decoded.destinationPort === 8080) ? 'client' : 'server';
  return { wallMs, seenBy, outgoing, bytes: empty, wireBytes: 60, decoded };
}

const at = (value: number): Partial<TcpSegment> => ({ options: { timestamps: { value, echo: 0 } } });

describe('what two taps make of a link', () => {
  it('a packet that both ends saw is one row, at the time it was sent', () => {
    const rows = wirePackets([tapped(1000, true), tapped(1010, false)], [8080], 1000);
    expect(rows).toMatchObject([{ atMs: 0, from: 'client', flags: 'P.', bytes: 5 }]);
    expect(rows[0]?.lost).toBeUndefined();
  });

  it('of a segment that was sent twice and arrived once, the timestamp tells which one was lost', () => {
    const rows = wirePackets(
      [tapped(0, true, at(1)), tapped(200, true, at(2)), tapped(210, false, at(2))],
      [8080],
      0,
    );
    expect(rows.map(({ atMs, lost }) => [atMs, lost ?? false])).toEqual([
      [0, true],
      [200, false],
    ]);
  });

  it('what nobody at either end has sent comes from between them, and is shown when it arrives', () => {
    const fromServer = {
      source: '10.90.0.2',
      sourcePort: 8080,
      destination: '10.90.0.1',
      destinationPort: 40_000,
      flags: tcpFlags.rst,
      payloadBytes: 0,
    };
    const rows = wirePackets([tapped(0, true), tapped(3, false, fromServer)], [8080], 0);
    expect(rows).toMatchObject([
      { atMs: 0, from: 'client', lost: true },
      { atMs: 3, from: 'server', flags: 'R' },
    ]);
    expect(rows[1]?.lost).toBeUndefined();
  });

  it('an arrival is not shown before its sender’s copy can be known to be missing', () => {
    const arrived = tapped(1000, false);
    expect(wirePackets([arrived], [8080], 0, 900)).toEqual([]);
    expect(wirePackets([arrived], [8080], 0, 1100)).toHaveLength(1);
  });

  it('a packet that the link has doubled is still one', () => {
    expect(wirePackets([tapped(0, true), tapped(10, false), tapped(10, false)], [8080], 0)).toHaveLength(1);
  });
});
