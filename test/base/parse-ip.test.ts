import net from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatIpv4, formatIpv6 } from '../../src/base/ip-text.ts';
import { parseIpv4, parseIpv6 } from '../../src/base/parse-ip.ts';

const hex = (bytes: Uint8Array | undefined): string | undefined =>
  bytes === undefined ? undefined : Buffer.from(bytes).toString('hex');

describe('parseIpv4', () => {
  it.each([
    ['10.91.0.255', '0a5b00ff'],
    ['0.0.0.0', '00000000'],
    ['255.255.255.255', 'ffffffff'],
  ])('%s', (text, bytes) => {
    expect(hex(parseIpv4(text))).toBe(bytes);
  });

  it.each([
    '',
    '10.0.0',
    '10.0.0.256',
    '1.2.3.4.5',
    '1.2.3.4.',
    '.1.2.3.4',
    '1..2.3',
    '1.2.3.x',
    '0001.2.3.4',
    ' 1.2.3.4',
  ])('%j is none', (text) => {
    expect(parseIpv4(text)).toBeUndefined();
  });
});

describe('parseIpv6', () => {
  it.each([
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fd90::', 'fd900000000000000000000000000000'],
    ['FD00:0::0a:B', 'fd0000000000000000000000000a000b'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
    ['64:ff9b::192.0.2.33', '0064ff9b0000000000000000c0000221'],
  ])('%s', (text, bytes) => {
    expect(hex(parseIpv6(text))).toBe(bytes);
  });

  it.each([
    '',
    ':',
    ':::',
    '1',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1:2:3:4:5:6:7:8::',
    '1::2::3',
    '::10000',
    'x::',
    '::1:',
    ':1::',
    '1.2.3.4::',
    '::1.2.3',
    '1:2:3:4:5:6:7:1.2.3.4',
    'fe80::1%eth0',
  ])('%j is none', (text) => {
    expect(parseIpv6(text)).toBeUndefined();
  });
});

describe('both', () => {
  it('read back whatever was written', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 16, maxLength: 16 }), (bytes) => {
        expect(hex(parseIpv6(formatIpv6(bytes)))).toBe(hex(bytes));
        expect(hex(parseIpv4(formatIpv4(bytes)))).toBe(hex(bytes.subarray(0, 4)));
      }),
    );
  });

  it('take for an address what Node takes for one', () => {
    const pieces = fc.constantFrom(
      '',
      ':',
      '::',
      '.',
      '0',
      '1',
      'ff',
      'FFFF',
      '10000',
      '12',
      '255',
      '256',
      'g',
    );
    fc.assert(
      fc.property(fc.array(pieces, { maxLength: 17 }), (parts) => {
        const text = parts.join('');
        expect(parseIpv6(text) !== undefined).toBe(net.isIPv6(text));
        // Octets with leading zeros are read as decimal, which Node refuses.
        const isIpv4 = net.isIPv4(text.replaceAll(/(?<!\d)0+(?=\d)/g, ''));
        if (!/\d{4}/.test(text)) expect(parseIpv4(text) !== undefined).toBe(isIpv4);
      }),
      { numRuns: 3000 },
    );
  });
});
