import { RefusedError } from '../backlog-setting.ts';
import type { Span } from '../config-edit.ts';
import type { ConfigSource } from '../config-files.ts';

export interface RsyslogParameter {
  readonly name: string;
  readonly value: string;
  /** The value inside its quotes. */
  readonly span: Span;
  /** "`...`": what a command or an environment variable says. */
  readonly computed: boolean;
}

/** `input(type="imtcp" port="514")`, or the old form `$InputTCPServerRun 514`, whose name begins with "$". */
export interface RsyslogObject {
  readonly source: ConfigSource;
  readonly line: number;
  readonly name: string;
  readonly parameters: readonly RsyslogParameter[];
  /** Where a parameter may be added: before the closing parenthesis. */
  readonly end: Span;
  /** Of the old form: all behind the name. */
  readonly text: string;
  /** Inside { }. */
  readonly nested: boolean;
}

const objectNames =
  /^(module|input|include|global|main_queue|ruleset|template|parser|timezone|lookup_table|dyn_stats|perctile_stats)$/i;

/**
 * RainerScript objects and old directives, in order. Everything else (selectors, actions, expressions) is passed over by its
 * strings, comments and braces.
 */
export function parseRsyslog(source: ConfigSource): readonly RsyslogObject[] {
  const scanner = new Scanner(source);
  const objects: RsyslogObject[] = [];
  let depth = 0;
  for (;;) {
    scanner.skipBlank();
    if (scanner.atEnd()) return objects;
    const place = scanner.place();
    const legacy = scanner.match(/\$([A-Za-z]\w*)[ \t]*([^\n]*)/y);
    if (legacy && scanner.wasLineStart) {
      const text = (legacy[2] ?? '').trimEnd();
      const to = legacy[0].trimEnd().length + place.column;
      const end = { line: place.line, from: to - text.length, to };
      objects.push({
        source,
        line: place.line,
        name: `$${legacy[1]}`.toLowerCase(),
        parameters: [],
        end,
        text,
        nested: depth > 0,
      });
      continue;
    }
    if (legacy) continue;
    const head = scanner.match(/([A-Za-z_]\w*)[ \t]*\(/y);
    if (head && objectNames.test(head[1] ?? '')) {
      const name = (head[1] ?? '').toLowerCase();
      const { parameters, end } = parametersOf(scanner, source, place.line);
      objects.push({ source, line: place.line, name, parameters, end, text: '', nested: depth > 0 });
      continue;
    }
    if (head) continue;
    const brace = scanner.match(/[{}]/y)?.[0];
    if (brace === '{') depth++;
    else if (brace === '}') depth--;
    else scanner.skipToken();
  }
}

function parametersOf(
  scanner: Scanner,
  source: ConfigSource,
  line: number,
): { readonly parameters: RsyslogParameter[]; readonly end: Span } {
  const parameters: RsyslogParameter[] = [];
  for (;;) {
    scanner.skipBlank();
    const at = scanner.place();
    if (scanner.match(/\)/y)) return { parameters, end: { line: at.line, from: at.column, to: at.column } };
    const name = scanner.match(/([\w.]+)\s*=\s*/y)?.[1];
    if (name === undefined)
      throw new RefusedError('parameters that cannot be read', { file: source.file, line });
    const from = scanner.place();
    const quoted = scanner.match(/(["'`])((?:[^\\]|\\[\s\S])*?)\1/y);
    if (quoted) {
      const text = quoted[2] ?? '';
      if (text.includes('\n')) continue;
      const span = { line: from.line, from: from.column + 1, to: from.column + 1 + text.length };
      parameters.push({ name: name.toLowerCase(), value: text, span, computed: quoted[1] === '`' });
    } else if (scanner.match(/\[[^\]]*\]/y) === undefined) {
      throw new RefusedError(`a value of ${name} that cannot be read`, {
        file: source.file,
        line: from.line,
      });
    }
  }
}

class Scanner {
  readonly #text: string;
  readonly #lineStarts: readonly number[];
  #at = 0;
  /** The last thing that was asked for began its line. */
  wasLineStart = true;

  constructor(source: ConfigSource) {
    this.#text = source.text;
    let at = 0;
    this.#lineStarts = source.lines.map((line) => {
      const start = at;
      at += line.length + 1;
      return start;
    });
  }

  atEnd(): boolean {
    return this.#at >= this.#text.length;
  }

  place(): { readonly line: number; readonly column: number } {
    const line = this.#lineStarts.findLastIndex((start) => start <= this.#at);
    return { line: line + 1, column: this.#at - (this.#lineStarts[line] ?? 0) };
  }

  /** White space, "# ..." and slash-star comments. */
  skipBlank(): void {
    while (this.match(/\s+|#[^\n]*|\/\*[\s\S]*?\*\//y)) {
      // Once more.
    }
  }

  match(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) return undefined;
    const { column, line } = this.place();
    const start = this.#lineStarts[line - 1] ?? 0;
    this.wasLineStart = this.#text.slice(start, start + column).trim() === '';
    this.#at = pattern.lastIndex;
    return found;
  }

  skipToken(): void {
    const found = this.match(/"(?:[^"\\]|\\[\s\S])*"|'(?:[^'\\]|\\[\s\S])*'|[\w.$!*;,:/%@-]+|[\s\S]/y);
    if (!found) this.#at++;
  }
}
