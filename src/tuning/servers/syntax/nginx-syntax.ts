import { RefusedError } from '../backlog-setting.ts';
import type { Span } from '../config-edit.ts';
import type { ConfigSource } from '../config-files.ts';

/** A word with its quotes taken away; `span` is where it stands with them. */
export interface NginxWord {
  readonly text: string;
  readonly span: Span;
}

export interface NginxDirective {
  readonly source: ConfigSource;
  readonly name: NginxWord;
  readonly words: readonly NginxWord[];
  /** Present for a directive with { }. */
  readonly block?: readonly NginxDirective[];
}

/**
 * ngx_conf_read_token(): words end at white space, ";" and "{"; quotes count at the beginning of a word only; "\" takes the next
 * character as it is; "${" does not open a block; "#" begins a comment where a word could begin.
 */
export function parseNginx(source: ConfigSource): readonly NginxDirective[] {
  const cursor = new Cursor(source);
  const directives = parseBlock(cursor, source);
  if (cursor.skipBlank() !== '') throw new RefusedError('a } closes nothing', cursor.place());
  return directives;
}

function parseBlock(cursor: Cursor, source: ConfigSource): NginxDirective[] {
  const directives: NginxDirective[] = [];
  for (;;) {
    const next = cursor.skipBlank();
    if (next === '' || next === '}') return directives;
    directives.push(parseDirective(cursor, source));
  }
}

function parseDirective(cursor: Cursor, source: ConfigSource): NginxDirective {
  const begin = cursor.place();
  const words: NginxWord[] = [];
  for (;;) {
    const next = cursor.skipBlank();
    if (next === '' || next === '}') throw new RefusedError('a directive does not end with ";"', begin);
    if (next === ';' || next === '{') break;
    words.push(cursor.word());
  }
  const [name, ...rest] = words;
  if (!name) throw new RefusedError('a directive without a name', begin);
  if (/_by_lua(_block|_file)?$/.test(name.text))
    throw new RefusedError('Lua code, which is not read here', begin);
  if (cursor.take() === ';') return { source, name, words: rest };
  const block = parseBlock(cursor, source);
  if (cursor.take() !== '}') throw new RefusedError('a block does not end with "}"', begin);
  return { source, name, words: rest, block };
}

class Cursor {
  readonly #source: ConfigSource;
  #line = 1;
  #column = 0;

  constructor(source: ConfigSource) {
    this.#source = source;
  }

  place(): { readonly file: string; readonly line: number } {
    return { file: this.#source.file, line: this.#line };
  }

  /** Moves to the next character that says something and gives it; "" at the end. */
  skipBlank(): string {
    for (;;) {
      const character = this.#peek();
      if (character === '#') this.#column = this.#text().length;
      else if (character === '' || !/\s/.test(character)) return character;
      else this.take();
    }
  }

  take(): string {
    const character = this.#peek();
    if (character === '\n') {
      this.#line++;
      this.#column = 0;
    } else this.#column++;
    return character;
  }

  word(): NginxWord {
    const { line } = this.place();
    const from = this.#column;
    const first = this.#peek();
    const text = first === '"' || first === "'" ? this.#quoted(first) : this.#plain();
    // A text of several lines (log_format, return) is never one to edit: it counts as its last line.
    const spread = this.#line !== line;
    return { text, span: { line: this.#line, from: spread ? 0 : from, to: this.#column } };
  }

  #quoted(quote: string): string {
    const begin = this.place();
    this.take();
    let text = '';
    for (;;) {
      const character = this.take();
      if (character === '') throw new RefusedError('a quote is not closed', begin);
      if (character === quote) break;
      text += character === '\\' ? this.#escaped(quote) : character;
    }
    if (!/^[\s;{)]?$/.test(this.#peek())) throw new RefusedError('something follows a closed quote', begin);
    return text;
  }

  #plain(): string {
    let text = '';
    for (;;) {
      const character = this.#peek();
      if (character === '' || /\s/.test(character) || character === ';') return text;
      if (character === '{' && !text.endsWith('$')) return text;
      this.take();
      text += character === '\\' ? this.#escaped('') : character;
    }
  }

  #escaped(quote: string): string {
    const next = this.take();
    const meant: Readonly<Record<string, string>> = {
      t: '\t',
      r: '\r',
      n: '\n',
      '\\': '\\',
      '"': '"',
      "'": "'",
    };
    return next === quote ? quote : (meant[next] ?? `\\${next}`);
  }

  #text(): string {
    return this.#source.lines[this.#line - 1] ?? '';
  }

  #peek(): string {
    const text = this.#text();
    if (this.#column < text.length) return text[this.#column] ?? '';
    return this.#line < this.#source.lines.length ? '\n' : '';
  }
}
