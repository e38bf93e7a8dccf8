import type { ConfigEdit } from './backlog-setting.ts';

/** The text after the edit; undefined when the line is not what it was when the edit was made. */
export function applyEdit(text: string, edit: ConfigEdit): string | undefined {
  if (edit.create) return text === '' ? edit.after : undefined;
  const lines = text.split('\n');
  const at = edit.line - 1;
  if (edit.insert) {
    if (at > lines.length) return undefined;
    // A last line without an end: the new one takes over that it has none.
    return lines.toSpliced(at, 0, edit.after).join('\n');
  }
  return lines[at] === edit.before ? lines.with(at, edit.after).join('\n') : undefined;
}
