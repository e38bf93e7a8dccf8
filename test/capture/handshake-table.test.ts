import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TcpSegment } from '../../src/capture/decode-segment.ts';
import { HandshakeTable, type Sighting } from '../../src/capture/handshake-table.ts';
import type { Unreachable } from '../../src/capture/icmp-unreachable.ts';
import { ACK, FIN, PSH, RST, SYN } from './packet-bytes.ts';

const START_MS = 1_700_000_000_000;
/** So close to 2^32 that every stream of the tests crosses it. */
const CLIENT_ISN = 2 ** 32 - 20;
const SERVER_ISN = 2 ** 32 - 1;

function at(ms: number, where: Partial<Sighting> = {}): Sighting {
  return {
    timestampUs: (START_MS + ms) * 1000,
    outgoing: false,
    loopback: false,
    interfaceIndex: 2,
    ...where,
  };
}

const wrap = (sequence: number): number => sequence % 2 ** 32;

type Fields = Partial<TcpSegment> & { readonly flags: number };

function fromClient(fields: Fields): TcpSegment {
  return segment({
    source: '10.0.0.9',
    sourcePort: 50_000,
    destination: '10.0.0.1',
    destinationPort: 443,
    ...fields,
  });
}

function fromServer(fields: Fields): TcpSegment {
  return segment({
    source: '10.0.0.1',
    sourcePort: 443,
    destination: '10.0.0.9',
    destinationPort: 50_000,
    ...fields,
  });
}

function segment(
  fields: Fields & Pick<TcpSegment, 'source' | 'sourcePort' | 'destination' | 'destinationPort'>,
): TcpSegment {
  return {
    kind: 'segment',
    family: 'ipv4',
    sequence: 0,
    acknowledgement: 0,
    window: 1,
    payloadBytes: 0,
    ...fields,
  };
}

const syn = fromClient({ flags: SYN, sequence: CLIENT_ISN });
const synAck = fromServer({ flags: SYN | ACK, sequence: SERVER_ISN, acknowledgement: wrap(CLIENT_ISN + 1) });
const clientFin = (bytes: number, payloadBytes = 0): TcpSegment =>
  fromClient({ flags: FIN | ACK, sequence: wrap(CLIENT_ISN + 1 + bytes - payloadBytes), payloadBytes });
const serverFin = (bytes: number, payloadBytes = 0): TcpSegment =>
  fromServer({ flags: FIN | ACK, sequence: wrap(SERVER_ISN + 1 + bytes - payloadBytes), payloadBytes });

function tableOf(...seen: readonly (readonly [TcpSegment | Unreachable, Sighting])[]): HandshakeTable {
  const table = new HandshakeTable({ fromMs: START_MS });
  for (const [decoded, sighting] of seen) table.add(decoded, sighting);
  return table;
}

const nothingUnmatched = { synAcks: 0, fins: 0, resets: 0, unreachables: 0 };

describe('HandshakeTable', () => {
  it('joins the life of a connection and sizes both streams across the wrap of the sequence number', () => {
    const table = tableOf(
      [syn, at(10)],
      [synAck, at(12.5)],
      [clientFin(100), at(40)],
      [serverFin(5000, 1200), at(55)],
    );
    expect(table.summary()).toEqual({
      handshakes: [
        {
          atMs: 10,
          direction: 'incoming',
          client: '10.0.0.9',
          clientPort: 50_000,
          server: '10.0.0.1',
          serverPort: 443,
          synCount: 1,
          synAckCount: 1,
          synAckAfterMs: 2.5,
          clientBytes: 100,
          serverBytes: 5000,
          finBy: 'client',
          endedAtMs: 40,
        },
      ],
      handshakesNotKept: 0,
      data: { segments: 0, withPayload: 0, push: 0 },
      unmatched: nothingUnmatched,
    });
  });

  it('knows a heartbeat: connect and close without a byte', () => {
    const table = tableOf([syn, at(0)], [synAck, at(1)], [clientFin(0), at(2)], [serverFin(0), at(3)]);
    expect(table.summary().handshakes).toMatchObject([{ clientBytes: 0, serverBytes: 0 }]);
  });

  it.each([
    [{ outgoing: false }, 'incoming'],
    [{ outgoing: true }, 'outgoing'],
    [{ loopback: true }, 'loopback'],
  ])('takes the direction from the SYN: %o is %s', (where, direction) => {
    expect(tableOf([syn, at(0, where)]).summary().handshakes).toMatchObject([{ direction }]);
  });

  it('counts retransmissions of SYN and SYN-ACK, and measures up to the first SYN-ACK', () => {
    const table = tableOf(
      [syn, at(0)],
      [syn, at(1000)],
      [syn, at(3000)],
      [synAck, at(3001)],
      [synAck, at(4001)],
    );
    expect(table.summary().handshakes).toMatchObject([
      { atMs: 0, synCount: 3, synAckCount: 2, synAckAfterMs: 3001 },
    ]);
  });

  it('does not take the copies that other interfaces show for retransmissions, and still counts those that change path', () => {
    const bridge = { interfaceIndex: 3 };
    const forwarded = { interfaceIndex: 2, outgoing: true };
    const table = tableOf(
      [syn, at(0)],
      [syn, at(0.02, bridge)],
      [syn, at(0.03, forwarded)],
      [synAck, at(1, bridge)],
      [synAck, at(1.01)],
      [syn, at(1000, bridge)],
      [syn, at(1000.02)],
    );
    expect(table.summary().handshakes).toMatchObject([{ synCount: 2, synAckCount: 1 }]);
  });

  it('takes a reused port pair with another initial sequence number for a new handshake', () => {
    const again = fromClient({ flags: SYN, sequence: 77 });
    const answer = fromServer({ flags: SYN | ACK, sequence: 5, acknowledgement: 78 });
    const table = tableOf(
      [syn, at(0)],
      [synAck, at(1)],
      [clientFin(10), at(2)],
      [again, at(100)],
      [answer, at(101)],
      [fromClient({ flags: FIN | ACK, sequence: 98 }), at(102)],
      [synAck, at(103)],
    );
    const { handshakes, unmatched } = table.summary();
    expect(handshakes).toMatchObject([
      { synCount: 1, clientBytes: 10, endedAtMs: 2 },
      { synCount: 1, synAckCount: 1, clientBytes: 20, endedAtMs: 102 },
    ]);
    // The late SYN-ACK acknowledges the older SYN.
    expect(unmatched).toEqual({ ...nothingUnmatched, synAcks: 1 });
  });

  it('sizes the stream from the last SYN-ACK when the server made a new one', () => {
    const cookie = fromServer({ flags: SYN | ACK, sequence: 1000, acknowledgement: wrap(CLIENT_ISN + 1) });
    const table = tableOf(
      [syn, at(0)],
      [synAck, at(1)],
      [syn, at(1000)],
      [cookie, at(1001)],
      [fromServer({ flags: FIN | ACK, sequence: 1031 }), at(1002)],
    );
    expect(table.summary().handshakes).toMatchObject([{ synAckCount: 2, serverBytes: 30, finBy: 'server' }]);
  });

  it('gives no size for a refusal, whose sequence number is 0', () => {
    const refusal = fromServer({ flags: RST | ACK, sequence: 0, acknowledgement: wrap(CLIENT_ISN + 1) });
    const [handshake] = tableOf([syn, at(0)], [refusal, at(1)]).summary().handshakes;
    expect(handshake).toMatchObject({ resetBy: 'server', endedAtMs: 1, synAckCount: 0 });
    expect(handshake).not.toHaveProperty('serverBytes');
    const late = tableOf([syn, at(0)], [synAck, at(1)], [refusal, at(2)]).summary().handshakes[0];
    expect(late).not.toHaveProperty('serverBytes');
  });

  it('sizes a stream that ends in a reset, unless the reset stands before its first byte', () => {
    const reset = (bytes: number): TcpSegment =>
      fromClient({ flags: RST, sequence: wrap(CLIENT_ISN + 1 + bytes) });
    const endedAfter = (bytes: number) =>
      tableOf([syn, at(0)], [synAck, at(1)], [reset(bytes), at(2)]).summary().handshakes[0];
    expect(endedAfter(64)).toMatchObject({ resetBy: 'client', clientBytes: 64 });
    expect(endedAfter(0)).toMatchObject({ resetBy: 'client', clientBytes: 0 });
    expect(endedAfter(-1)).not.toHaveProperty('clientBytes');
  });

  it('keeps the size from the FIN when a reset follows, and remembers who was first', () => {
    const reset = fromClient({ flags: RST, sequence: wrap(CLIENT_ISN + 1 + 100 + 1) });
    const table = tableOf(
      [syn, at(0)],
      [synAck, at(1)],
      [clientFin(100), at(2)],
      [serverFin(5), at(3)],
      [reset, at(4)],
    );
    expect(table.summary().handshakes).toMatchObject([
      { finBy: 'client', resetBy: 'client', clientBytes: 100, serverBytes: 5, endedAtMs: 2 },
    ]);
  });

  it('counts what belongs to connections whose SYN it has not seen, and keeps none of them', () => {
    const { handshakes, unmatched } = tableOf(
      [synAck, at(0)],
      [clientFin(1), at(1)],
      [serverFin(1), at(2)],
      [fromServer({ flags: RST }), at(3)],
      [prohibited(CLIENT_ISN), at(4)],
    ).summary();
    expect(handshakes).toEqual([]);
    expect(unmatched).toEqual({ synAcks: 1, fins: 2, resets: 1, unreachables: 1 });
  });

  function prohibited(sequence: number, reporter = '10.0.0.254'): Unreachable {
    const { source, sourcePort, destination, destinationPort } = syn;
    const quoted = { source, sourcePort, destination, destinationPort, sequence };
    return {
      kind: 'unreachable',
      family: 'ipv4',
      reporter,
      type: 3,
      code: 10,
      name: 'host-prohibited',
      quoted,
    };
  }

  it('notes who turned the SYN away, not who turned away a later segment', () => {
    const refused = tableOf(
      [syn, at(0)],
      [prohibited(CLIENT_ISN), at(1)],
      [prohibited(CLIENT_ISN, '10.0.0.253'), at(2)],
    );
    expect(refused.summary().handshakes).toMatchObject([
      { unreachable: { code: 'host-prohibited', by: '10.0.0.254' } },
    ]);
    const later = tableOf([syn, at(0)], [prohibited(wrap(CLIENT_ISN + 1)), at(1)]).summary();
    expect(later.handshakes[0]).not.toHaveProperty('unreachable');
    expect(later.unmatched.unreachables).toBe(1);
  });

  it('takes a simultaneous open for one connection (RFC 9293, figure 7)', () => {
    const table = tableOf(
      [syn, at(0)],
      [fromServer({ flags: SYN, sequence: SERVER_ISN }), at(0.1)],
      [
        fromClient({ flags: SYN | ACK, sequence: CLIENT_ISN, acknowledgement: wrap(SERVER_ISN + 1) }),
        at(0.2),
      ],
      [synAck, at(0.3)],
      [clientFin(4), at(10)],
      [serverFin(6), at(11)],
    );
    expect(table.summary().handshakes).toMatchObject([
      { client: '10.0.0.9', synCount: 1, synAckCount: 1, clientBytes: 4, serverBytes: 6 },
    ]);
  });

  it('takes a SYN the other way round, after the end, for a new handshake', () => {
    const back = fromServer({ flags: SYN, sequence: 9 });
    const table = tableOf([syn, at(0)], [synAck, at(1)], [clientFin(0), at(2)], [back, at(50)]);
    expect(table.summary().handshakes).toMatchObject([
      { client: '10.0.0.9' },
      { client: '10.0.0.1', clientPort: 443 },
    ]);
  });

  it('survives a socket connected to itself', () => {
    const self = { source: '127.0.0.1', sourcePort: 7, destination: '127.0.0.1', destinationPort: 7 };
    const table = tableOf(
      [segment({ ...self, flags: SYN, sequence: 1 }), at(0)],
      [segment({ ...self, flags: SYN | ACK, sequence: 1, acknowledgement: 2 }), at(0)],
      [segment({ ...self, flags: FIN | ACK, sequence: 12 }), at(5)],
    );
    expect(table.summary().handshakes).toMatchObject([
      { synCount: 1, synAckCount: 1, clientBytes: 10, endedAtMs: 5 },
    ]);
  });

  it('keeps no more than it may and mixes up nothing because of those it does not keep', () => {
    const table = new HandshakeTable({ fromMs: START_MS, maxHandshakes: 1 });
    table.add(syn, at(0));
    table.add(fromClient({ flags: SYN, sequence: 1, sourcePort: 50_001 }), at(1));
    table.add(fromClient({ flags: SYN, sequence: 500 }), at(2));
    table.add(clientFin(3), at(3));
    const { handshakes, handshakesNotKept, unmatched } = table.summary();
    expect(handshakesNotKept).toBe(2);
    expect(handshakes).toHaveLength(1);
    expect(handshakes[0]).not.toHaveProperty('finBy');
    expect(unmatched.fins).toBe(1);
  });

  it('counts sampled data segments', () => {
    const { data } = tableOf(
      [fromClient({ flags: ACK }), at(0)],
      [fromClient({ flags: ACK, payloadBytes: 1448 }), at(1)],
      [fromClient({ flags: ACK | PSH, payloadBytes: 1 }), at(2)],
    ).summary();
    expect(data).toEqual({ segments: 3, withPayload: 2, push: 1 });
  });

  it('stays within its bounds and never counts more than it saw, whatever comes', () => {
    const endpoint = fc.record({
      address: fc.constantFrom('10.0.0.1', '10.0.0.2', '::1'),
      port: fc.constantFrom(7, 80),
    });
    const any = fc
      .tuple(
        endpoint,
        endpoint,
        fc.nat(63),
        fc.constantFrom(0, 1, 2 ** 31, 2 ** 32 - 1),
        fc.constantFrom(0, 1, 2, 2 ** 31 + 1),
      )
      .map(([from, to, flags, sequence, acknowledgement]) =>
        segment({
          source: from.address,
          sourcePort: from.port,
          destination: to.address,
          destinationPort: to.port,
          flags,
          sequence,
          acknowledgement,
        }),
      );
    fc.assert(
      fc.property(fc.array(any, { maxLength: 60 }), (segments) => {
        const table = new HandshakeTable({ fromMs: START_MS, maxHandshakes: 10 });
        // A second apart, so that no SYN counts as another's copy.
        for (const [i, each] of segments.entries()) table.add(each, at(i * 1000));
        const { handshakes, handshakesNotKept, data } = table.summary();
        const plain = segments.filter(({ flags }) => (flags & (SYN | FIN | RST)) === 0);
        const syns = segments.filter(({ flags }) => (flags & (SYN | RST | ACK)) === SYN);
        const counted = handshakes.reduce((sum, { synCount }) => sum + synCount, handshakesNotKept);
        expect(data.segments).toBe(plain.length);
        expect(counted).toBeLessThanOrEqual(syns.length);
        expect(handshakes.length).toBeLessThanOrEqual(10);
        for (const { clientBytes = 0, serverBytes = 0 } of handshakes) {
          expect(Math.min(clientBytes, serverBytes)).toBeGreaterThanOrEqual(0);
          expect(Math.max(clientBytes, serverBytes)).toBeLessThan(2 ** 32);
        }
      }),
    );
  });
});
