import type { Span } from '../config-edit.ts';
import type { ConfigSource } from '../config-files.ts';

/** A word of one line, its quotes and escapes taken away; `span` is where it stands with them. */
export interface LineWord {
  readonly text: string;
  readonly span: Span;
  /** Not in single quotes: a program that knows variables would replace them here. */
  readonly expands: boolean;
}

export interface WordRules {
  readonly comment: RegExp;
  readonly quotes: string;
  /** Where "\" takes the next character as it is: everywhere, only inside quotes, nowhere. */
  readonly escapes: 'everywhere' | 'quoted' | 'never';
  /** A "#" in the middle of a word begins a comment too (HAProxy), or not (httpd, Redis). */
  readonly commentInWord: boolean;
}

/** Undefined when a quote is not closed. */
export function wordsOfLine(source: ConfigSource, line: number, rules: WordRules): LineWord[] | undefined {
  const text = source.lines[line - 1] ?? '';
  const words: LineWord[] = [];
  let at = 0;
  for (;;) {
    while (/\s/.test(text[at] ?? '')) at++;
    if (at >= text.length || rules.comment.test(text[at] ?? '')) return words;
    const word = wordAt(text, at, rules);
    if (!word) return undefined;
    words.push({ text: word.text, expands: word.expands, span: { line, from: at, to: word.to } });
    at = word.to;
  }
}

function wordAt(
  text: string,
  from: number,
  rules: WordRules,
): { readonly text: string; readonly to: number; readonly expands: boolean } | undefined {
  let at = from;
  let word = '';
  let quote = '';
  let expands = true;
  for (; at < text.length; at++) {
    const character = text[at] ?? '';
    const escapes =
      rules.escapes === 'everywhere' ? quote !== "'" : rules.escapes === 'quoted' && quote !== '';
    if (character === '\\' && escapes && at + 1 < text.length) word += text[++at];
    else if (quote !== '') {
      if (character === quote) quote = '';
      else word += character;
    } else if (rules.quotes.includes(character)) {
      quote = character;
      if (quote === "'") expands = false;
    } else if (/\s/.test(character) || (rules.commentInWord && rules.comment.test(character))) break;
    else word += character;
  }
  return quote === '' ? { text: word, to: at, expands } : undefined;
}
