import { describe, expect, test } from 'vitest';
import { parseIp } from '../../src/lab/ip-bytes.ts';
import { SegmentTemplate } from '../../src/lab/segment-template.ts';
import { etherTypeOf, tcpFrame } from '../../src/lab/tcp-frame.ts';

const ethernet = { sourceMac: '02:00:00:00:00:01', destinationMac: '02:00:00:00:00:02' };
const none = { sourceMac: '', destinationMac: '' };
const ipv4 = { source: parseIp('10.91.0.1'), destination: parseIp('10.90.0.2') };
const ipv6 = { source: parseIp('fd91::1'), destination: parseIp('fd90::2') };
const max = 0xffff_ffff;

describe('a template gives the frames that are built one by one', () => {
  test.each([
    ['IPv4', { ...ethernet, ...ipv4 }],
    ['IPv6', { ...ethernet, ...ipv6 }],
    ['IPv4 without Ethernet', { ...none, ...ipv4 }],
    ['IPv6 without Ethernet', { ...none, ...ipv6 }],
  ])('%s', (_, addresses) => {
    for (const flags of ['S', 'R.', '.']) {
      const segment = { ...addresses, destinationPort: 80, flags };
      const template = new SegmentTemplate(segment);
      const bytes = Buffer.alloc(16 + template.frame.length);
      template.frame.copy(bytes, 16);
      const view = new DataView(bytes.buffer, bytes.byteOffset);
      // One buffer for all: what an earlier segment left there must not show.
      for (const [n, sourcePort, sequence] of [
        [0, 0, 0],
        [1, 1, 1],
        [65_534, 65_535, max],
        [0x3fff_ffff, 1024, 0x8000_0001],
        [7, 40_000, 0xffff_0000],
        [12_345, 0xff, 0x1_0000],
      ] as const) {
        template.write(view, 16, n, sourcePort, sequence);
        const source = Buffer.from(addresses.source);
        source.writeUInt32BE((source.readUInt32BE(source.length - 4) + n) >>> 0, source.length - 4);
        const built = tcpFrame({ ...segment, source, sourcePort, sequence });
        expect(bytes.subarray(16).toString('hex')).toBe(built.toString('hex'));
      }
      expect(bytes.subarray(0, 16).every((byte) => byte === 0)).toBe(true);
    }
  });

  test('without Ethernet a packet starts at the IP header', () => {
    expect(
      tcpFrame({ ...none, ...ipv4, sourcePort: 1, destinationPort: 2, sequence: 3, flags: 'S' })[0],
    ).toBe(0x45);
    expect([etherTypeOf(ipv4.source), etherTypeOf(ipv6.source)]).toEqual([0x0800, 0x86dd]);
  });
});
