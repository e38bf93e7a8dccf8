import { sysctlKey } from '../../tcp/parameters/parameter-names.ts';

export interface SysctlSetting {
  readonly line: number;
  /** In sysctl's notation, see sysctlKey(). */
  readonly key: string;
  readonly value: string;
}

/** "-net.ipv4.conf.eth0.rp_filter": patterns leave this key alone (sysctl.d(5)). */
export interface SysctlExclusion {
  readonly line: number;
  readonly key: string;
}

export interface SysctlFileError {
  readonly line: number;
  readonly message: string;
}

export interface SysctlFile {
  readonly settings: readonly SysctlSetting[];
  readonly exclusions: readonly SysctlExclusion[];
  readonly errors: readonly SysctlFileError[];
}

/** sysctl.conf(5): a value longer than a page of /proc is cut. */
const LONGEST_VALUE = 4096;
/** A file that is no configuration would fill the screen. */
const MOST_ERRORS = 10;

/**
 * A file of sysctl.conf(5) and sysctl.d(5), as procps 4 and systemd read it (tried with both): "key = value", comments behind # or ; at
 * the beginning of a line only, keys with dots or slashes, blanks around both sides dropped. Never fails: what is no setting becomes an
 * error with its line.
 */
export function parseSysctlFile(text: string): SysctlFile {
  const settings: SysctlSetting[] = [];
  const exclusions: SysctlExclusion[] = [];
  const errors: SysctlFileError[] = [];
  for (const [i, raw] of text.split('\n').entries()) {
    const result = parseLine(withoutBlanks(raw), i + 1);
    if (typeof result === 'string') errors.push({ line: i + 1, message: result });
    else if (result !== undefined && 'value' in result) settings.push(result);
    else if (result !== undefined) exclusions.push(result);
  }
  return { settings, exclusions, errors: firstErrors(errors) };
}

/** A setting, a key excluded from patterns, an error in words, or nothing (a comment, an empty line). */
function parseLine(line: string, number: number): SysctlSetting | SysctlExclusion | string | undefined {
  if (line === '' || line.startsWith('#') || line.startsWith(';')) return undefined;
  // Nearly every line; what follows costs more than all else.
  const isPlain = /^[\x20-\x7e\t]*$/.test(line);
  if (!isPlain && isNoText(line)) return 'this is not text';
  // A "-" in front lets a failure to set it go unsaid.
  const mayFail = line.startsWith('-');
  const rest = mayFail ? line.slice(1) : line;
  const odd = isPlain ? undefined : oddBlank.exec(line)?.[0].codePointAt(0);
  if (odd !== undefined)
    return `there is an invisible U+${odd.toString(16).toUpperCase().padStart(4, '0')} in it, as web pages and editors leave it; the programs take it for a letter`;
  if (mayFail && /^\s/.test(rest))
    return 'a blank behind the “-” becomes part of the name, which then does not exist';
  const equals = rest.indexOf('=');
  if (equals < 0) return withoutEquals(rest, mayFail, number);
  const name = withoutBlanks(rest.slice(0, equals));
  const value = withoutBlanks(rest.slice(equals + 1));
  if (sysctlKey(name) === '') return 'there is no name before the “=”';
  if (/\s/.test(name)) return `“${shown(name)}” is no name: a blank is inside`;
  if (belowProc.test(name))
    return `the programs look for “${shown(name)}” below /proc/sys, where it is not, and do not say so; meant is ${shown(sysctlKey(name))}`;
  if (value.length > LONGEST_VALUE)
    return `the value has ${value.length} characters; ${LONGEST_VALUE} is the most`;
  return { line: number, key: sysctlKey(name), value };
}

function withoutEquals(rest: string, mayFail: boolean, line: number): SysctlExclusion | string {
  if (mayFail && !/\s/.test(rest)) return { line, key: sysctlKey(rest) };
  const [, name, value] = /^([\w./*-]+)\s+(\S.*)$/.exec(rest) ?? [];
  return name !== undefined && value !== undefined && /[./]/.test(name)
    ? `there is no “=”, so the line is skipped; meant is probably ${shown(name)} = ${shown(value)}`
    : `“${shown(rest)}” is no “name = value”, so the line is skipped`;
}

/** procps 4.0.2 and systemd 252 put /proc/sys in front of every name (tried). */
const belowProc = /^\/?proc[./]sys[./]/;

/** Blanks of typesetting and the byte order mark, which isspace() does not take for blanks. */
const oddBlank = /[\u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]/;

/** Without isspace()'s blanks at both ends; String.trim() would take more. */
function withoutBlanks(text: string): string {
  let [start, end] = [0, text.length];
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (end > start && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

/** A blank, or \t, \v, \f, \r; lines end at \n. */
function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09 || (code >= 0x0b && code <= 0x0d);
}

/** Control characters, or bytes that are no UTF-8. */
function isNoText(line: string): boolean {
  for (let i = 0; i < line.length; i++) {
    const code = line.charCodeAt(i);
    if ((code < 0x20 && code !== 0x09) || code === 0x7f || code === 0xfffd) return true;
  }
  return false;
}

function shown(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}

function firstErrors(errors: readonly SysctlFileError[]): readonly SysctlFileError[] {
  const more = errors.length - MOST_ERRORS;
  const next = errors[MOST_ERRORS];
  if (more <= 1 || next === undefined) return errors;
  return [
    ...errors.slice(0, MOST_ERRORS),
    { line: next.line, message: `from here on ${more} more lines are no settings` },
  ];
}
