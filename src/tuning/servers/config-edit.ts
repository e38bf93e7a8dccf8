import type { ConfigEdit } from './backlog-setting.ts';
import type { ConfigSource } from './config-files.ts';

/** Columns count from 0; `to` is excluded. With `from` = `to` something is inserted. */
export interface Span {
  readonly line: number;
  readonly from: number;
  readonly to: number;
}

export function replaceSpan(source: ConfigSource, { line, from, to }: Span, text: string): ConfigEdit {
  const before = source.lines[line - 1] ?? '';
  return { file: source.file, line, before, after: before.slice(0, from) + text + before.slice(to) };
}

/** A new line below line `above` (0: at the top), with the indentation of that line unless told otherwise. */
export function insertBelow(
  source: ConfigSource,
  above: number,
  text: string,
  indentation = indentationOf(source, above),
): ConfigEdit {
  const windows = source.lines[Math.max(0, above - 1)]?.endsWith('\r') ? '\r' : '';
  return {
    file: source.file,
    line: above + 1,
    before: '',
    after: `${indentation}${text}${windows}`,
    insert: true,
  };
}

/** Below the last line that says something. */
export function append(source: ConfigSource, text: string): ConfigEdit {
  let last = source.lines.length;
  while (last > 0 && source.lines[last - 1]?.trim() === '') last--;
  return insertBelow(source, last, text, '');
}

function indentationOf(source: ConfigSource, line: number): string {
  return /^[ \t]*/.exec(source.lines[line - 1] ?? '')?.[0] ?? '';
}
