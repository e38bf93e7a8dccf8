import type { PlanEdit } from '../../tcp/tune-plan.ts';

const CONTEXT = 3;

/** The edit of one line as diff -u shows it, with three lines around it. */
export function unifiedDiff(file: string, text: string, edit: PlanEdit): string {
  const head = [`--- ${edit.create ? '/dev/null' : file}`, `+++ ${file}`];
  if (edit.create) {
    const added = edit.after.replace(/\n$/, '').split('\n');
    return [...head, `@@ -0,0 +1,${added.length} @@`, ...added.map((line) => `+${line}`)].join('\n');
  }
  const lines = text.replace(/\n$/, '').split('\n');
  const at = edit.line - 1;
  const before = lines.slice(Math.max(0, at - CONTEXT), at);
  const removed = edit.insert ? [] : [edit.before];
  const after = lines.slice(at + removed.length, at + removed.length + CONTEXT);
  const from = at - before.length + 1;
  const count = before.length + after.length;
  return [
    ...head,
    `@@ -${from},${count + removed.length} +${from},${count + 1} @@`,
    ...before.map((line) => ` ${line}`),
    ...removed.map((line) => `-${line}`),
    `+${edit.after}`,
    ...after.map((line) => ` ${line}`),
  ].join('\n');
}
