import { RefusedError } from '../backlog-setting.ts';
import type { Span } from '../config-edit.ts';
import type { ConfigSource } from '../config-files.ts';

export interface LighttpdToken {
  readonly kind: 'word' | 'string' | 'sign';
  readonly text: string;
  readonly span: Span;
}

/** One line of thought: an assignment, an include, or the head of a block. */
export interface LighttpdStatement {
  readonly source: ConfigSource;
  readonly tokens: readonly LighttpdToken[];
  readonly block?: readonly LighttpdStatement[];
}

/** configparser.y, as far as it decides where a statement ends: at a line end outside of parentheses, or at a block. */
export function parseLighttpd(source: ConfigSource): readonly LighttpdStatement[] {
  const tokens = tokensOf(source);
  const parser = { at: 0, tokens, source };
  const statements = parseStatements(parser);
  const left = tokens[parser.at];
  if (left) throw new RefusedError('a } closes nothing', { file: source.file, line: left.span.line });
  return statements;
}

interface Parser {
  at: number;
  readonly tokens: readonly (LighttpdToken | undefined)[];
  readonly source: ConfigSource;
}

function parseStatements(parser: Parser): LighttpdStatement[] {
  const statements: LighttpdStatement[] = [];
  for (;;) {
    while (parser.tokens[parser.at]?.text === '\n') parser.at++;
    const token = parser.tokens[parser.at];
    if (!token || token.text === '}') return statements;
    statements.push(parseStatement(parser));
  }
}

function parseStatement(parser: Parser): LighttpdStatement {
  const { source } = parser;
  const tokens: LighttpdToken[] = [];
  let depth = 0;
  for (;;) {
    const token = parser.tokens[parser.at];
    if (!token || (depth === 0 && (token.text === '\n' || token.text === '}') && token.kind === 'sign'))
      break;
    if (token.kind === 'sign' && token.text === '{') {
      parser.at++;
      const block = parseStatements(parser);
      if (parser.tokens[parser.at]?.text !== '}')
        throw new RefusedError('a block does not end with "}"', { file: source.file, line: token.span.line });
      parser.at++;
      return { source, tokens, block };
    }
    parser.at++;
    if (token.kind === 'sign' && token.text === '(') depth++;
    if (token.kind === 'sign' && token.text === ')') depth--;
    if (token.text !== '\n') tokens.push(token);
  }
  const place = { file: source.file, line: tokens[0]?.span.line ?? 1 };
  if (depth !== 0) throw new RefusedError('parentheses do not match', place);
  const [first, sign] = tokens;
  const isInclude = first?.text === 'include' || first?.text === 'include_shell';
  if (first?.kind !== 'word' || !(isInclude || /^[+:]?=$/.test(sign?.text ?? '')))
    throw new RefusedError(`"${first?.text ?? ''}" begins nothing that can be read`, place);
  return { source, tokens };
}

function tokensOf(source: ConfigSource): LighttpdToken[] {
  const tokens: LighttpdToken[] = [];
  for (const [index, text] of source.lines.entries()) {
    const line = index + 1;
    const pattern =
      /\s*(?:(#.*)|"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'|([A-Za-z0-9_.$-]+)|([{}()[\],])|([=!<>+:~]+|\S))/y;
    while (pattern.lastIndex < text.trimEnd().length) {
      const from = pattern.lastIndex;
      const match = pattern.exec(text);
      if (!match) break;
      const [whole, comment, double, single, word] = match;
      if (comment !== undefined) break;
      const span = { line, from: from + (whole.length - whole.trimStart().length), to: pattern.lastIndex };
      const string = double ?? single;
      const kind = string === undefined ? (word === undefined ? 'sign' : 'word') : 'string';
      tokens.push({ kind, text: string ?? whole.trim(), span });
      if (kind === 'sign' && /^["']/.test(whole.trim()))
        throw new RefusedError('a string goes over several lines', { file: source.file, line });
    }
    tokens.push({ kind: 'sign', text: '\n', span: { line, from: text.length, to: text.length } });
  }
  return tokens;
}
