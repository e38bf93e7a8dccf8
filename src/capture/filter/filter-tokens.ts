import { excerpt, filterError } from './filter-error.ts';

export type FilterToken =
  /** A field, or a value: whatever stands between blanks, operators, commas and parentheses. */
  | { readonly kind: 'word'; readonly text: string; readonly at: number }
  | { readonly kind: 'quoted'; readonly text: string; readonly at: number }
  | { readonly kind: 'comparison'; readonly text: Comparison; readonly at: number }
  | { readonly kind: 'keyword'; readonly text: 'and' | 'or' | 'not' | 'in'; readonly at: number }
  | { readonly kind: 'mark'; readonly text: '(' | ')' | ','; readonly at: number }
  | { readonly kind: 'end'; readonly text: ''; readonly at: number };

export type Comparison = '=' | '!=' | '<' | '<=' | '>' | '>=';

/**
 * The filter cut into tokens, the last one being the end. One pass, nothing is read twice. "==", "&&", "||" and "!" are
 * what Wireshark and C write. Throws HalfopenError (usage).
 */
export function filterTokens(filter: string): readonly FilterToken[] {
  const tokens: FilterToken[] = [];
  let at = 0;
  while (at < filter.length) {
    if (isBlank(filter, at)) {
      at++;
      continue;
    }
    const { token, next } = tokenAt(filter, at);
    tokens.push(token);
    at = next;
  }
  tokens.push({ kind: 'end', text: '', at });
  return tokens;
}

interface Cut {
  readonly token: FilterToken;
  readonly next: number;
}

function tokenAt(filter: string, at: number): Cut {
  const first = filter.charAt(at);
  if (first === '(' || first === ')' || first === ',') {
    return { token: { kind: 'mark', text: first, at }, next: at + 1 };
  }
  if (first === '"' || first === "'") return quotedAt(filter, at, first);
  return operatorAt(filter, at) ?? wordAt(filter, at);
}

function quotedAt(filter: string, at: number, quote: string): Cut {
  const close = filter.indexOf(quote, at + 1);
  if (close < 0) {
    const remedy = 'No value needs quotes.';
    throw filterError(filter, at, `expected ${quote} to close this one, found the end`, remedy);
  }
  return { token: { kind: 'quoted', text: filter.slice(at + 1, close), at }, next: close + 1 };
}

const comparisons: Readonly<Record<string, Comparison>> = {
  '==': '=',
  '!=': '!=',
  '<=': '<=',
  '>=': '>=',
  '=': '=',
  '<': '<',
  '>': '>',
};
const keywordSigns: Readonly<Record<string, 'and' | 'or' | 'not'>> = { '&&': 'and', '||': 'or', '!': 'not' };

function operatorAt(filter: string, at: number): Cut | undefined {
  for (const length of [2, 1]) {
    const sign = filter.slice(at, at + length);
    const comparison = comparisons[sign];
    if (comparison !== undefined) {
      return { token: { kind: 'comparison', text: comparison, at }, next: at + length };
    }
    const keyword = keywordSigns[sign];
    if (keyword !== undefined) return { token: { kind: 'keyword', text: keyword, at }, next: at + length };
  }
  return undefined;
}

function wordAt(filter: string, at: number): Cut {
  let next = at;
  while (next < filter.length && !isBlank(filter, next) && !separators.has(filter.charAt(next))) next++;
  if (next === at) {
    const found = excerpt(filter.charAt(at));
    const remedy = 'Terms are joined with "and", "or" and "not".';
    throw filterError(filter, at, `${found} means nothing alone`, remedy);
  }
  const text = filter.slice(at, next);
  const lower = text.toLowerCase();
  return lower === 'and' || lower === 'or' || lower === 'not' || lower === 'in'
    ? { token: { kind: 'keyword', text: lower, at }, next }
    : { token: { kind: 'word', text, at }, next };
}

const separators: ReadonlySet<string> = new Set('()=<>!,&|\'"');

function isBlank(filter: string, at: number): boolean {
  return filter.charAt(at).trim() === '';
}
