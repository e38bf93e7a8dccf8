import { describe, expect, it } from 'vitest';
import { completed } from './cases/completed.ts';
import { ipv6Twin } from './ipv6-twin.ts';
import { wireTwin } from './wire-twin.ts';

const ethernet = '020000000002 020000000001 0800';
const ipv4 = '4500003c 10014000 4006 16b9 0a000001 0a000002';
const tcp = '9c40 0050 3b9aca00 00000000 a002 faf0 455b 0000';
const options = '020405b4 0402 080a 004c4b40 00000000 030307 01';

/** Bytes of a file as hex. */
function bytesOf(file: Uint8Array, from: number, to?: number): string {
  return Buffer.from(file.subarray(from, to)).toString('hex');
}

function hex(...parts: readonly string[]): string {
  return parts.join('').replaceAll(' ', '');
}

describe('crafted bytes', () => {
  it('begin with a pcap header and the time of the first frame', () => {
    expect(bytesOf(completed.pcap, 0, 40)).toBe(
      hex('d4c3b2a1 0200 0400 00000000 00000000 00000400 01000000', '00f15365 00000000 4a000000 4a000000'),
    );
  });

  it('say nanoseconds in the other byte order when asked to', () => {
    const { pcap } = wireTwin(completed, 'big', { resolution: 'ns', byteOrder: 'big' });
    expect(bytesOf(pcap, 0, 40)).toBe(
      hex('a1b23c4d 0002 0004 00000000 00000000 00040000 00000001', '6553f100 00000000 0000004a 0000004a'),
    );
    // The second frame comes 1 ms later.
    expect(bytesOf(pcap, 40 + 74, 40 + 74 + 8)).toBe(hex('6553f100 000f4240'));
  });

  it('are a SYN with its checksums', () => {
    expect(bytesOf(completed.pcap, 40, 40 + 74)).toBe(hex(ethernet, ipv4, tcp, options));
  });

  it.each([
    ['vlan', '020000000002 020000000001 8100 0064 0800'],
    ['qinq', '020000000002 020000000001 88a8 00c8 8100 0064 0800'],
    ['cooked', '0004 0001 0006 020000000001 0000 0800'],
    ['cooked2', '0800 0000 00000002 0001 04 06 020000000001 0000'],
    ['raw', ''],
    ['raw-bsd', ''],
    ['null-little', '02000000'],
    ['null-big', '00000002'],
    ['loop', '00000002'],
  ] as const)('are the same packet over %s', (link, header) => {
    const { pcap } = wireTwin(completed, 'other', { link });
    const wanted = hex(header, ipv4, tcp, options);
    expect(bytesOf(pcap, 40, 40 + wanted.length / 2)).toBe(wanted);
  });

  it('are an IPv6 packet in the twin', () => {
    const { pcap } = ipv6Twin(completed);
    expect(bytesOf(pcap, 40, 40 + 14 + 40)).toBe(
      hex(
        '020000000002 020000000001 86dd',
        '60000000 0028 06 40 20010db8000000000010000000000001 20010db8000000000010000000000002',
      ),
    );
  });

  it('are kept up to the snap length, and the length on the wire is told', () => {
    const { pcap } = wireTwin(completed, 'cut', { snapLength: 60 });
    expect(bytesOf(pcap, 32, 40)).toBe(hex('3c000000 4a000000'));
  });
});
