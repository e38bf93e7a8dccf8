import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6 } from '../../src/base/ip-text.ts';
import { decodeSegment } from '../../src/capture/decode-segment.ts';
import {
  ACK,
  extension,
  FIN,
  fragmentHeader,
  hex,
  icmp,
  ipv4,
  ipv6,
  join,
  PSH,
  RST,
  SYN,
  tcp,
} from './packet-bytes.ts';

const TCP = 6;

// Recorded from Linux 6.18 between two private namespaces; the expected values are what tcpdump 4.99 prints for them.
const recorded = {
  ipv4Syn: hex(`45 00 00 3c 2b 74 40 00 40 06 f8 ab 0a 4d 01 02 0a 4d 01 01
    e6 32 00 09 b3 65 f2 f4 00 00 00 00 a0 02 fa f0 16 cb 00 00
    02 04 05 b4 04 02 08 0a ab c3 9e 01 00 00 00 00 01 03 03 0a`),
  ipv4Refusal: hex(`45 00 00 28 00 00 40 00 40 06 24 34 0a 4d 01 01 0a 4d 01 02
    00 09 e6 32 00 00 00 00 b3 65 f2 f5 50 14 00 00 0c 9d 00 00`),
  ipv6Syn: hex(`60 00 56 a5 00 28 06 40 fd 00 00 77 00 00 00 00 00 00 00 00 00 00 00 02
    fd 00 00 77 00 00 00 00 00 00 00 00 00 00 00 01
    c7 1a 00 09 59 15 5b 00 00 00 00 00 a0 02 fd 20 fb 20 00 00
    02 04 05 a0 04 02 08 0a 81 67 7f eb 00 00 00 00 01 03 03 0a`),
  ipv4Prohibited: hex(`45 c0 00 58 b8 84 00 00 40 01 aa c4 0a 4d 01 01 0a 4d 01 02 03 0d 3d 1b 00 00 00 00
    45 00 00 3c 12 4f 40 00 40 06 09 d1 0a 4d 01 02 0a 4d 09 01
    c8 4e 00 50 91 f0 76 e3 00 00 00 00 a0 02 fa f0 1e cb 00 00
    02 04 05 b4 04 02 08 0a f2 af 2a 25 00 00 00 00 01 03 03 0a`),
  ipv6Prohibited: hex(`60 03 85 99 00 58 3a 40 fd 00 00 77 00 00 00 00 00 00 00 00 00 00 00 01
    fd 00 00 77 00 00 00 00 00 00 00 00 00 00 00 02 01 01 af 3a 00 00 00 00
    60 0f f8 66 00 28 06 40 fd 00 00 77 00 00 00 00 00 00 00 00 00 00 00 02
    fd 00 00 79 00 00 00 00 00 00 00 00 00 00 00 01
    d3 84 00 50 b7 a5 b5 d0 00 00 00 00 a0 02 fd 20 fb 22 00 00
    02 04 05 a0 04 02 08 0a 88 47 80 d5 00 00 00 00 01 03 03 0a`),
};

describe('decodeSegment reads what a kernel sent', () => {
  it('a SYN with its options', () => {
    expect(decodeSegment(recorded.ipv4Syn)).toEqual({
      kind: 'segment',
      family: 'ipv4',
      source: '10.77.1.2',
      sourcePort: 58_930,
      destination: '10.77.1.1',
      destinationPort: 9,
      sequence: 3_009_802_996,
      acknowledgement: 0,
      flags: SYN,
      window: 64_240,
      payloadBytes: 0,
      options: {
        mss: 1460,
        sackPermitted: true,
        timestamps: { value: 2_881_723_905, echo: 0 },
        windowScale: 10,
      },
    });
  });

  it('the reset that refuses it', () => {
    expect(decodeSegment(recorded.ipv4Refusal)).toEqual({
      kind: 'segment',
      family: 'ipv4',
      source: '10.77.1.1',
      sourcePort: 9,
      destination: '10.77.1.2',
      destinationPort: 58_930,
      sequence: 0,
      acknowledgement: 3_009_802_997,
      flags: RST | ACK,
      window: 0,
      payloadBytes: 0,
      options: undefined,
    });
  });

  it('a SYN over IPv6', () => {
    expect(decodeSegment(recorded.ipv6Syn)).toMatchObject({
      family: 'ipv6',
      source: 'fd00:77::2',
      sourcePort: 50_970,
      destination: 'fd00:77::1',
      destinationPort: 9,
      sequence: 1_494_571_776,
      flags: SYN,
      window: 64_800,
      payloadBytes: 0,
      options: { mss: 1440, windowScale: 10 },
    });
  });

  it('a router that turns a SYN away', () => {
    expect(decodeSegment(recorded.ipv4Prohibited)).toEqual({
      kind: 'unreachable',
      family: 'ipv4',
      reporter: '10.77.1.1',
      type: 3,
      code: 13,
      name: 'admin-prohibited',
      quoted: {
        source: '10.77.1.2',
        sourcePort: 51_278,
        destination: '10.77.9.1',
        destinationPort: 80,
        sequence: 2_448_455_395,
      },
    });
    expect(decodeSegment(recorded.ipv6Prohibited)).toEqual({
      kind: 'unreachable',
      family: 'ipv6',
      reporter: 'fd00:77::1',
      type: 1,
      code: 1,
      name: 'admin-prohibited',
      quoted: {
        source: 'fd00:77::2',
        sourcePort: 54_148,
        destination: 'fd00:79::1',
        destinationPort: 80,
        sequence: 3_081_090_512,
      },
    });
  });

  it('with 8 bytes of the quoted segment, which is all that RFC 792 promises, but not with 7', () => {
    expect(decodeSegment(recorded.ipv4Prohibited.subarray(0, 28 + 20 + 8))).toMatchObject({
      quoted: { sourcePort: 51_278, sequence: 2_448_455_395 },
    });
    expect(decodeSegment(recorded.ipv4Prohibited.subarray(0, 28 + 20 + 7))).toBeUndefined();
  });
});

describe('decodeSegment', () => {
  const syn = tcp({ sourcePort: 1, destinationPort: 2, flags: SYN });

  it('takes the payload size from the IP header, not from what was captured or padded', () => {
    const data = ipv4(
      { protocol: TCP },
      tcp({ sourcePort: 1, destinationPort: 2, flags: PSH | ACK, payloadBytes: 900 }),
    );
    expect(decodeSegment(data.subarray(0, 60), data.length)).toMatchObject({ payloadBytes: 900 });
    const padded = join(ipv4({ protocol: TCP }, syn), new Uint8Array(6));
    expect(decodeSegment(padded)).toMatchObject({ payloadBytes: 0 });
    const overIpv6 = ipv6(
      0,
      join(extension(TCP, 2), tcp({ sourcePort: 1, destinationPort: 2, flags: FIN, payloadBytes: 7 })),
    );
    expect(decodeSegment(overIpv6)).toMatchObject({ payloadBytes: 7 });
  });

  it('takes it from the length on the wire where the IP header says 0 (over 65,535 bytes)', () => {
    const big4 = ipv4({ protocol: TCP }, syn);
    big4.set([0, 0], 2);
    expect(decodeSegment(big4, 70_040)).toMatchObject({ payloadBytes: 70_000 });
    const big6 = ipv6(TCP, syn);
    big6.set([0, 0], 4);
    expect(decodeSegment(big6, 70_060)).toMatchObject({ payloadBytes: 70_000 });
  });

  it('steps over IPv4 options and IPv6 extension headers', () => {
    expect(decodeSegment(ipv4({ protocol: TCP, options: new Uint8Array(40) }, syn))).toMatchObject({
      flags: SYN,
    });
    const authentication = Uint8Array.from([TCP, 4, ...new Uint8Array(22)]);
    const chain = join(extension(43), extension(60, 4), extension(51), authentication, syn);
    expect(decodeSegment(ipv6(0, chain))).toMatchObject({
      sourcePort: 1,
      destinationPort: 2,
      flags: SYN,
      payloadBytes: 0,
    });
  });

  it('refuses fragments, but not the "atomic" IPv6 fragment that is a whole packet (RFC 6946)', () => {
    expect(decodeSegment(ipv4({ protocol: TCP, fragment: 0x2000 }, syn))).toBeUndefined();
    expect(decodeSegment(ipv4({ protocol: TCP, fragment: 0x0001 }, syn))).toBeUndefined();
    expect(decodeSegment(ipv4({ protocol: TCP, fragment: 0x4000 }, syn))).toBeDefined();
    expect(decodeSegment(ipv6(44, join(fragmentHeader(TCP, 0x0001), syn)))).toBeUndefined();
    expect(decodeSegment(ipv6(44, join(fragmentHeader(TCP, 0x0008), syn)))).toBeUndefined();
    expect(decodeSegment(ipv6(44, join(fragmentHeader(TCP, 0x0000), syn)))).toMatchObject({ flags: SYN });
  });

  it('refuses what is not TCP, too short or contradictory', () => {
    const packet = ipv4({ protocol: TCP }, syn);
    const changed = (at: number, ...bytes: readonly number[]): Uint8Array => {
      const copy = packet.slice();
      copy.set(bytes, at);
      return copy;
    };
    expect(decodeSegment(packet)).toBeDefined();
    expect(decodeSegment(ipv4({ protocol: 17 }, syn))).toBeUndefined();
    expect(decodeSegment(ipv6(50, syn))).toBeUndefined();
    expect(decodeSegment(changed(0, 0x55))).toBeUndefined();
    expect(decodeSegment(changed(0, 0x44))).toBeUndefined();
    expect(decodeSegment(changed(2, 0, 39))).toBeUndefined();
    expect(decodeSegment(changed(32, 0x40))).toBeUndefined();
    expect(decodeSegment(changed(32, 0x60))).toBeUndefined();
    expect(decodeSegment(ipv4({ protocol: 1 }, icmp(11, 0, packet)))).toBeUndefined();
    expect(decodeSegment(ipv4({ protocol: 1 }, icmp(3, 3, ipv4({ protocol: 17 }, syn))))).toBeUndefined();
    expect(decodeSegment(ipv4({ protocol: 1 }, icmp(3, 3, ipv6(TCP, syn))))).toBeUndefined();
    expect(decodeSegment(ipv4({ protocol: 1 }, icmp(3, 99, packet)))).toMatchObject({
      code: 99,
      name: 'code-99',
    });
  });

  it('keeps the options before one that is cut off or has an impossible length', () => {
    const withOptions = (...options: readonly number[]): Uint8Array => {
      const packet = recorded.ipv4Syn.slice();
      packet.set([...options, ...new Uint8Array(20 - options.length)], 40);
      return packet;
    };
    const mss = [2, 4, 5, 0xb4];
    expect(decodeSegment(withOptions(...mss, 3, 0, 7))).toMatchObject({ options: { mss: 1460 } });
    expect(decodeSegment(withOptions(...mss, 8, 200))).toMatchObject({ options: { mss: 1460 } });
    expect(decodeSegment(withOptions(...mss, 0, 3, 3, 7))).toHaveProperty('options', { mss: 1460 });
    expect(decodeSegment(withOptions(254, 4, 1, 1, 1, 1, 3, 3, 7))).toHaveProperty('options', {
      windowScale: 7,
    });
    expect(decodeSegment(recorded.ipv4Syn.subarray(0, 47))).toHaveProperty('options', {
      mss: 1460,
      sackPermitted: true,
    });
  });

  it('never throws and decides nothing from bytes that are not there', () => {
    const seeds = [...Object.values(recorded), ipv6(0, join(extension(44), fragmentHeader(TCP, 0), syn))];
    const mutated = fc
      .tuple(
        fc.constantFrom(...seeds),
        fc.nat(130),
        fc.array(fc.tuple(fc.nat(127), fc.nat(255)), { maxLength: 6 }),
        fc.nat(70_000),
      )
      .map(([seed, length, changes, wireBytes]) => {
        const bytes = seed.slice(0, length);
        for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value;
        return { bytes, wireBytes };
      });
    fc.assert(
      fc.property(mutated, ({ bytes, wireBytes }) => {
        const decoded = decodeSegment(bytes, wireBytes);
        if (decoded?.kind === 'segment') {
          expect(bytes.length).toBeGreaterThanOrEqual(40);
          expect(decoded.payloadBytes).toBeGreaterThanOrEqual(0);
        }
        if (decoded?.kind === 'unreachable') expect(bytes.length).toBeGreaterThanOrEqual(56);
      }),
      { numRuns: 5000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => void decodeSegment(bytes)),
      { numRuns: 5000 },
    );
  });

  it('writes addresses as the formatter does, whatever was decoded before', () => {
    const address = (length: number): fc.Arbitrary<Uint8Array> =>
      fc.uint8Array({ minLength: length, maxLength: length });
    const overIpv6 = ipv6(TCP, syn);
    fc.assert(
      fc.property(fc.array(fc.tuple(address(4), address(16)), { maxLength: 50 }), (addresses) => {
        for (const [v4, v6] of [...addresses, ...addresses]) {
          const packet = ipv4({ protocol: TCP, source: [...v4] }, syn);
          expect(decodeSegment(packet)).toMatchObject({ source: formatIpv4(v4), destination: '127.0.0.1' });
          overIpv6.set(v6, 24);
          expect(decodeSegment(overIpv6)).toMatchObject({ source: '::1', destination: formatIpv6(v6) });
        }
      }),
    );
  });
});
