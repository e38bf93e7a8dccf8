import { createHash } from 'node:crypto';
import { lstatSync, mkdirSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { asOwnerOf } from '../../kernel/files/as-owner-of.ts';
import { leadsOutOf } from '../../kernel/files/leads-out-of.ts';
import { readRegularFile } from '../../kernel/files/read-regular-file.ts';
import { putInPlace, syncFolder, writeDraft } from '../../kernel/files/write-durably.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { readSysctl } from '../../kernel/sysctl/read-sysctls.ts';
import { writeSysctl } from '../../kernel/sysctl/write-sysctl.ts';
import { sameText } from '../../tcp/parameters/parameter-value.ts';
import type { Journal } from '../journal/journal.ts';
import type { FileAction, SysctlAction } from '../journal/journal-record.ts';

/** Called between any two steps; tests stop the program there. */
export type Checkpoint = (at: string) => void;

/** The kernel's own words for a step that was not made. */
export class StepError extends Error {}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

export interface FileStep {
  readonly what: FileAction['what'];
  readonly file: string;
  readonly shown: string;
  readonly content: Uint8Array;
  /** The folder that nothing may be written outside of; undefined: this host. */
  readonly below: string | undefined;
  /** Looks at the draft before it takes the place of the file; throws StepError. */
  readonly check?: (draft: string) => void;
}

/** What is there now, the bytes kept; the step begins with this record. */
export function planFileAction(
  journal: Journal,
  step: number,
  { what, file, shown, content, below }: FileStep,
): FileAction {
  if (lstatSync(file, { throwIfNoEntry: false })?.isSymbolicLink())
    throw new StepError(`${shown} is a symbolic link: what it leads to is somebody else’s to write`);
  if (below !== undefined && leadsOutOf(below, file))
    throw new StepError(`${shown} lies outside of ${below}: a folder on the way is a symbolic link`);
  const present = readIfThere(file);
  const folder = path.dirname(file);
  const before = present && {
    sha256: sha256Of(present),
    ...accessOf(file),
    backup: journal.backUp(step, present),
  };
  return {
    kind: 'file',
    what,
    file,
    shown,
    draft: path.join(folder, `.halfopen-${path.basename(journal.folder)}-${step}.part`),
    before: before ?? null,
    afterSha256: sha256Of(content),
    madeFolders: missingFolders(folder),
  };
}

export function writeFileAction(
  action: FileAction,
  { content, check }: FileStep,
  checkpoint: Checkpoint,
): void {
  const { draft, file, before, madeFolders } = action;
  const folder = path.dirname(madeFolders[0] ?? file);
  try {
    asOwnerOf(folder, () => {
      for (const made of madeFolders) {
        mkdirSync(made, { mode: 0o755 });
        syncFolder(path.dirname(made));
      }
      const own = { mode: 0o644, uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
      writeDraft(draft, content, before ?? own);
    });
    checkpoint('draft written');
    check?.(draft);
    checkpoint('draft checked');
    asOwnerOf(folder, () => putInPlace(draft, file));
  } catch (error) {
    if (!isExpected(error)) throw error;
    asOwnerOf(folder, () => rmSync(draft, { force: true }));
    throw wordsOf(error);
  }
  checkpoint('draft in place');
}

/** The kernel's words, or a server's; anything else is a fault of ours, or a test that stops the program. */
function isExpected(error: unknown): boolean {
  return error instanceof StepError || (error as NodeJS.ErrnoException).code !== undefined;
}

/** `path` leads into the namespace; the value is read back and compared. */
export function writeSysctlAction(
  { parameter, folder, before, after }: SysctlAction,
  path: string | null,
  checkpoint: Checkpoint,
): void {
  const written = inNamespace(path, () => writeSysctl(parameter, after, folder));
  checkpoint('value written');
  if (written.said !== undefined) throw new StepError(written.said);
  if (written.value !== undefined && sameText(written.value, after)) return;
  inNamespace(path, () => writeSysctl(parameter, before, folder));
  throw new StepError(
    `the kernel took ${after} and reads back ${written.value ?? 'nothing'}; it has ${before} again`,
  );
}

export function presentSysctl(parameter: string, path: string | null, folder: string): string | undefined {
  return inNamespace(path, () => readSysctl(parameter, folder));
}

export function readIfThere(file: string): Buffer | undefined {
  try {
    return readRegularFile(file);
  } catch (error) {
    const isLink = (error as NodeJS.ErrnoException).code === 'ELOOP';
    throw isLink ? new StepError(`${file} is a symbolic link`) : wordsOf(error);
  }
}

export function accessOf(file: string): { mode: number; uid: number; gid: number } {
  const { mode, uid, gid } = statSync(file);
  return { mode: mode & 0o7777, uid, gid };
}

function missingFolders(folder: string): readonly string[] {
  const missing: string[] = [];
  for (let at = folder; statSync(at, { throwIfNoEntry: false }) === undefined; at = path.dirname(at))
    missing.unshift(at);
  return missing;
}

export function wordsOf(error: unknown): StepError {
  return error instanceof StepError
    ? error
    : new StepError(error instanceof Error ? error.message : String(error));
}
