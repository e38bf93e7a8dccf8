import { describe, expect, test } from 'vitest';
import { hostOf, parseIp } from '../../src/lab/ip-bytes.ts';

describe('addresses as bytes', () => {
  test.each([
    ['10.91.0.255', '0a5b00ff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['fd90::2', 'fd900000000000000000000000000002'],
    ['2001:db8:1:2:3:4:5:6', '20010db8000100020003000400050006'],
  ])('%s', (text, hex) => {
    expect(parseIp(text).toString('hex')).toBe(hex);
  });

  test.each(['10.0.0', '10.0.0.256', '1:2:3:4:5:6:7', '::10000', 'x::', '1::2::3', '1:2:3:4:5:6:7:8:9'])(
    '%s is none',
    (text) => {
      expect(() => parseIp(text)).toThrow(RangeError);
    },
  );

  test.each([
    ['10.91.0.0/16', 0, '10.91.0.1'],
    ['10.91.0.0/16', 255, '10.91.1.0'],
    ['10.91.0.0/16', 65_533, '10.91.255.254'],
    ['fd91::/64', 0, 'fd91::1'],
    ['fd91::/64', 65_535, 'fd91::1:0'],
  ])('%s has host %i: %s', (prefix, n, address) => {
    expect(hostOf(prefix, n)).toBe(address);
  });

  test('a prefix ends', () => {
    expect(() => hostOf('10.91.0.0/16', 65_534)).toThrow(RangeError);
    expect(() => hostOf('10.91.0.0/30', 2)).toThrow(RangeError);
  });
});
