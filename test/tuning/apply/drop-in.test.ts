import { describe, expect, it } from 'vitest';
import { type DropInLine, dropInBytes } from '../../../src/tuning/apply/drop-in.ts';
import { parseSysctlFile } from '../../../src/tuning/lint/parse-sysctl-file.ts';

const dropInText = (present: string, lines: readonly DropInLine[]): string =>
  dropInBytes(Buffer.from(present), lines).toString('utf8');

const line = (parameter: string, value: string, why = 'because') => ({ parameter, value, why });

describe('the drop-in', () => {
  it('says whose it is, and why each value is there', () => {
    expect(dropInText('', [line('net.core.somaxconn', '4096', 'a burst\nof 300')])).toBe(
      '# Values that halfopen tune apply has set; halfopen tune rollback takes them back.\n# a burst of 300\nnet.core.somaxconn = 4096\n',
    );
  });

  it('takes the place of an older value, with its comment, and keeps others', () => {
    const before = dropInText('', [
      line('net.core.somaxconn', '1024', 'old'),
      line('net.ipv4.tcp_tw_reuse', '1'),
    ]);
    const text = dropInText(before, [line('net.core.somaxconn', '4096', 'new')]);
    expect(text).not.toContain('old');
    expect(parseSysctlFile(text)).toEqual({
      errors: [],
      exclusions: [],
      settings: [
        { line: 3, key: 'net.ipv4.tcp_tw_reuse', value: '1' },
        { line: 5, key: 'net.core.somaxconn', value: '4096' },
      ],
    });
  });

  it('knows a parameter in all its spellings', () => {
    const text = dropInText('-net/core/somaxconn=1\n  net.core.somaxconn = 2\n', [
      line('net.core.somaxconn', '3'),
    ]);
    expect(parseSysctlFile(text).settings.map(({ value }) => value)).toEqual(['3']);
  });

  it('keeps values of several numbers', () => {
    const text = dropInText('', [line('net.ipv4.ip_local_port_range', '1024 65000')]);
    expect(parseSysctlFile(text).settings[0]?.value).toBe('1024 65000');
  });

  it('lets no reason end its comment: systemd-sysctl takes a NUL for the end of a line as well', () => {
    const text = dropInText('', [line('net.core.somaxconn', '3', 'a\0kernel.x = 1\r\u0085\u2028net.x = 2')]);
    expect(text.split(/[\n\0\r\u0085\u2028]/)[1]).toBe('# a kernel.x = 1 net.x = 2');
    expect(dropInText('', [line('net.core.somaxconn', '3', 'x'.repeat(2_000_000))]).length).toBeLessThan(
      2000,
    );
  });

  it('keeps what others wrote byte for byte, in whatever encoding', () => {
    const latin1 = Buffer.from('# für Köln\r\nnet.ipv4.tcp_sack = 1\r\n', 'latin1');
    const made = dropInBytes(latin1, [line('net.core.somaxconn', '3', '4,096 is this kernel’s default')]);
    expect(made.subarray(0, latin1.length)).toEqual(latin1);
    expect(made.subarray(latin1.length).toString('utf8')).toBe(
      '# 4,096 is this kernel’s default\nnet.core.somaxconn = 3\n',
    );
  });
});
