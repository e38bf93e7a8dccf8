import type { Span } from '../config-edit.ts';
import type { ConfigSource } from '../config-files.ts';

/** "key = value" below "[section]". Comments, includes and escapes differ: the reader of each program decides on those. */
export interface IniLine {
  readonly source: ConfigSource;
  readonly line: number;
  readonly section: string;
  /** A header has none. */
  readonly key?: string;
  /** Without quotes around it, and without a comment behind it. */
  readonly value: string;
  /** Where the value stands, quotes included. */
  readonly span: Span;
}

export interface IniRules {
  /** Characters that begin a comment line. */
  readonly comment: RegExp;
  /** What begins a comment behind a value. */
  readonly trailing: RegExp;
}

export function iniLines(source: ConfigSource, rules: IniRules, inherited = ''): readonly IniLine[] {
  const found: IniLine[] = [];
  let section = inherited;
  for (const [index, text] of source.lines.entries()) {
    const line = index + 1;
    if (rules.comment.test(text.trimStart())) continue;
    const header = /^\s*\[([^\]]*)\]/.exec(text)?.[1];
    if (header !== undefined) {
      section = header.trim();
      found.push({ source, line, section, value: '', span: { line, from: 0, to: text.length } });
      continue;
    }
    const [whole, key = ''] = /^\s*([^=\s]+)\s*=?\s*/.exec(text) ?? [];
    if (whole === undefined || key === '') continue;
    const rest = text.slice(whole.length);
    const quoted = /^(["'])(.*?)\1/.exec(rest);
    const plain = quoted?.[0] ?? rest.slice(0, commentAt(rest, rules.trailing)).trimEnd();
    const span = { line, from: whole.length, to: whole.length + plain.length };
    found.push({ source, line, section, key, value: quoted?.[2] ?? plain, span });
  }
  return found;
}

function commentAt(text: string, trailing: RegExp): number {
  const at = text.search(trailing);
  return at < 0 ? text.length : at;
}
