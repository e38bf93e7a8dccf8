import { describe, expect, it } from 'vitest';
import {
  atLeast,
  kernelLine,
  kernelRelease,
  parseKernelVersion,
} from '../../../src/tcp/model/kernel-version.ts';

describe('parseKernelVersion', () => {
  it.each([
    ['6.18.44-fc-v669', { major: 6, minor: 18, patch: 44 }],
    ['5.15.0-91-generic', { major: 5, minor: 15, patch: 0 }],
    ['4.18.0-553.el8.x86_64', { major: 4, minor: 18, patch: 0 }],
    ['6.1', { major: 6, minor: 1 }],
    ['7.0-rc1', { major: 7, minor: 0 }],
    ['6.6.87.2-microsoft-standard-WSL2', { major: 6, minor: 6, patch: 87 }],
  ])('%s', (release, expected) => {
    expect(parseKernelVersion(release)).toEqual(expected);
  });

  it.each(['', '6', 'six', '.5', '6.', 'v6.1', '-6.1'])('%j is none', (text) => {
    expect(parseKernelVersion(text)).toBeUndefined();
  });
});

describe('atLeast', () => {
  it.each([
    ['6.5', '6.5', true],
    ['6.4', '6.5', false],
    ['6.18', '6.5', true],
    ['7.0', '6.18', true],
    ['5.19', '6.0', false],
    ['4.19', '5.4', false],
  ])('%s is %s or newer: %s', (release, line, expected) => {
    const kernel = parseKernelVersion(release);
    expect(kernel && atLeast(kernel, line)).toBe(expected);
  });
});

it('is written as it was read', () => {
  expect(kernelLine({ major: 6, minor: 12, patch: 9 })).toBe('6.12');
  expect(kernelRelease({ major: 6, minor: 12, patch: 9 })).toBe('6.12.9');
  expect(kernelRelease({ major: 6, minor: 12 })).toBe('6.12');
});
