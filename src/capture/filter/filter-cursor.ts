import type { HalfopenError } from '../../base/errors.ts';
import { excerpt, filterError } from './filter-error.ts';
import { type FilterToken, filterTokens } from './filter-tokens.ts';

/** A place among the tokens of a filter, and how deep in parentheses it is. */
export class FilterCursor {
  readonly filter: string;
  depth = 0;
  readonly #tokens: readonly FilterToken[];
  #next = 0;

  /** Throws HalfopenError (usage) for text that has no tokens. */
  constructor(filter: string) {
    this.filter = filter;
    this.#tokens = filterTokens(filter);
  }

  /** The token that comes next; the last one, the end, comes again and again. */
  peek(): FilterToken {
    return this.#tokens[this.#next] ?? { kind: 'end', text: '', at: this.filter.length };
  }

  skip(): void {
    this.#next++;
  }

  /** Whether `text`, not in quotes, comes next; then it is passed. */
  passes(text: (FilterToken & { readonly kind: 'keyword' | 'mark' })['text']): boolean {
    const { kind, text: found } = this.peek();
    if ((kind !== 'keyword' && kind !== 'mark') || found !== text) return false;
    this.skip();
    return true;
  }

  /** What to throw when something else than `expected` comes next. */
  unexpected(expected: string): HalfopenError {
    const { kind, text, at } = this.peek();
    const found = kind === 'end' ? 'the end' : excerpt(text);
    return filterError(this.filter, at, `expected ${expected}, found ${found}`, example);
  }
}

const example = 'A filter looks like this: judgement=slow-open and not port in (80, 443).';
