import { createHash } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { explainMissing } from '../../tcp/reading.ts';
import { checkCommand } from '../servers/check-command.ts';
import { configText } from '../servers/config-text.ts';
import { findLiveSetting } from '../servers/find-live-setting.ts';
import { managedNote } from '../servers/managed-note.ts';
import { stepFor } from '../servers/step-for.ts';
import type { BacklogPlace, FoundEdit } from './make-changes.ts';
import { unifiedDiff } from './unified-diff.ts';

/** Looks on this host for the line that sets a listener's backlog. */
export function findEdit({ listener, pid, backlog }: BacklogPlace): FoundEdit {
  const found = findLiveSetting(pid, listener, backlog);
  if (found.status !== 'ok') return { refused: explainMissing(found) };
  const { server, answer, process, root: processRoot } = found.value;
  if ('refused' in answer) {
    const place = answer.file === undefined ? '' : ` (${answer.file}${answer.line ? `:${answer.line}` : ''})`;
    return { refused: `${answer.refused}${place}` };
  }
  if (server === undefined) return { refused: `${process.name} is not in the catalogue` };
  const takesEffect = stepFor(server, process);
  const { present } = answer;
  if (present !== undefined && present >= backlog) {
    const has =
      present === Number.POSITIVE_INFINITY
        ? `its ${answer.directive} asks for as much as net.core.somaxconn allows`
        : `${answer.file}:${answer.line} has ${present}`;
    return { refused: `${has} already: ${server.title} has to listen again (${takesEffect.command})` };
  }
  const { file, ...edit } = answer.edit;
  const root = isSameFile(processRoot, edit.create ? path.dirname(file) : file) ? '' : processRoot;
  const bytes = edit.create ? undefined : readFileSync(root + file);
  const command = checkCommand(server.id, process);
  return {
    server: server.id,
    title: server.title,
    pid: process.pid,
    root,
    file,
    sha256: bytes === undefined ? null : sha256(bytes),
    edit,
    diff: unifiedDiff(file, bytes ? configText(bytes) : '', edit),
    takesEffect,
    check: command === undefined ? null : command.join(' '),
    notes: [...answer.notes, ...managedNote(bytes ? configText(bytes) : '')],
  };
}

/** Where both see the same file the process is not needed to reach it: it may be restarted before a rollback. */
function isSameFile(root: string, file: string): boolean {
  const [there, here] = [statSync(root + file), statSync(file, { throwIfNoEntry: false })];
  return here !== undefined && there.dev === here.dev && there.ino === here.ino;
}

export function sha256(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
