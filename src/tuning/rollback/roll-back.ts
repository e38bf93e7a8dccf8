import { existsSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Clock } from '../../base/clock.ts';
import { HalfopenError } from '../../base/errors.ts';
import { asOwnerOf } from '../../kernel/files/as-owner-of.ts';
import {
  type FileAccess,
  putInPlace,
  removeDurably,
  syncFolder,
  writeDraft,
} from '../../kernel/files/write-durably.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { writeSysctl } from '../../kernel/sysctl/write-sysctl.ts';
import type { UndoneStep } from '../../tcp/applied-plan.ts';
import { sameText } from '../../tcp/parameters/parameter-value.ts';
import { namespaceOfPlan } from '../apply/namespace-of-plan.ts';
import {
  accessOf,
  type Checkpoint,
  presentSysctl,
  readIfThere,
  StepError,
  sha256Of,
  wordsOf,
} from '../apply/write-step.ts';
import type { Journal } from '../journal/journal.ts';
import {
  type Action,
  type FileAction,
  type JournalRecord,
  type SysctlAction,
  stepsToUndo,
} from '../journal/journal-record.ts';
import type { LaterUses } from './later-uses.ts';

export interface RollbackRequest {
  readonly journal: Journal;
  /** Also what somebody has changed since. */
  readonly force: boolean;
  /** Of now; another one means that the running kernel has forgotten what was set. */
  readonly bootId: string | null;
  readonly laterUses: LaterUses;
  readonly clock: Clock;
  readonly checkpoint?: Checkpoint;
}

/** Puts back what was there, the last step first. May be repeated: what is as it was is left alone. */
export function rollBack(request: RollbackRequest): readonly UndoneStep[] {
  const { journal, clock, checkpoint = () => {} } = request;
  const opened = journal.records.find((one) => one.kind === 'open');
  const sameBoot = opened?.bootId != null && opened.bootId === request.bootId;
  let unwritten: HalfopenError | undefined;
  const outcomes = stepsToUndo(journal.records).map(({ step, action }): UndoneStep => {
    checkpoint('undo begins');
    const undone = undo(action, { ...request, sameBoot, checkpoint });
    checkpoint('undone');
    if (undone.outcome !== 'refused' && undone.outcome !== 'failed')
      unwritten ??= writtenDown(journal, { kind: 'undone', step, how: undone.outcome });
    checkpoint('undo written down');
    const kind = action.kind === 'sysctl' ? 'sysctl' : action.what;
    return { step, kind, what: nameOf(action), ...undone };
  });
  if (stepsToUndo(journal.records).length === 0)
    unwritten ??= writtenDown(journal, { kind: 'rolled-back', atMs: clock.nowMs() });
  if (unwritten !== undefined) throw notWrittenDown(unwritten, outcomes);
  return outcomes;
}

/** On a full disk everything is put back all the same: it may be done again when there is room. */
function writtenDown(journal: Journal, record: JournalRecord): HalfopenError | undefined {
  try {
    journal.append(record);
    return undefined;
  } catch (error) {
    if (error instanceof HalfopenError) return error;
    throw error;
  }
}

function notWrittenDown({ exitCode, detail }: HalfopenError, outcomes: readonly UndoneStep[]): HalfopenError {
  const left = outcomes.filter(({ outcome }) => outcome === 'refused' || outcome === 'failed');
  const rest = left.length === 0 ? '' : `, but for ${left.map(({ what }) => what).join(', ')}`;
  const remedy = `It was put back all the same${rest}. Make room and roll it back again, so that it is known to be.`;
  return new HalfopenError(exitCode, { ...detail, attempted: 'write down what was put back in', remedy });
}

type Undone = Pick<UndoneStep, 'outcome' | 'said'>;

interface Circumstances extends RollbackRequest {
  readonly sameBoot: boolean;
  readonly checkpoint: Checkpoint;
}

export function nameOf(action: Action): string {
  return action.kind === 'sysctl' ? action.parameter : action.shown;
}

function undo(action: Action, around: Circumstances): Undone {
  try {
    const later = around.laterUses(action);
    if (later !== undefined)
      return { outcome: 'refused', said: `${later} was applied over it: roll that back first` };
    return action.kind === 'sysctl' ? undoSysctl(action, around) : undoFile(action, around);
  } catch (error) {
    if (error instanceof StepError || error instanceof HalfopenError)
      return { outcome: 'failed', said: error.message };
    throw error;
  }
}

function undoSysctl(action: SysctlAction, { force, sameBoot }: Circumstances): Undone {
  const { namespace, parameter, before, after, folder } = action;
  const found = namespace === null ? { path: null } : namespaceOfPlan(namespace, sameBoot);
  if (found === undefined)
    return { outcome: 'gone', said: 'its network namespace is gone, and the value with it' };
  const now = presentSysctl(parameter, found.path, folder);
  if (now === undefined) return { outcome: 'gone', said: 'there is no such parameter any more' };
  if (sameText(now, before)) return { outcome: 'was-so', said: '' };
  const isOurs = sameText(now, after);
  if (!isOurs && !force)
    return {
      outcome: 'refused',
      said: `it is ${now}, neither the ${after} that was set nor the ${before} of before`,
    };
  const { value, said } = inNamespace(found.path, () => writeSysctl(parameter, before, folder));
  if (said !== undefined) throw new StepError(said);
  if (value === undefined || !sameText(value, before))
    throw new StepError(`the kernel reads back ${value ?? 'nothing'} instead of ${before}`);
  return { outcome: isOurs ? 'restored' : 'forced', said: `${now} -> ${before}` };
}

function undoFile(action: FileAction, { journal, force, checkpoint }: Circumstances): Undone {
  const { file, draft, before, afterSha256 } = action;
  try {
    const now = readIfThere(file);
    const hash = now && sha256Of(now);
    // The folder may never have been made; what a crash left of the step itself goes first.
    const folder = path.dirname(file);
    if (existsSync(folder)) asOwnerOf(folder, () => rmSync(draft, { force: true }));
    if (hash === before?.sha256) {
      removeMadeFolders(action);
      return { outcome: 'was-so', said: '' };
    }
    const isOurs = hash === afterSha256;
    if (!isOurs && !force) {
      const said = now === undefined ? 'somebody has removed it since' : 'somebody has changed it since';
      return {
        outcome: 'refused',
        said: `${said}; what was there before lies in ${keptIn(journal, action)}`,
      };
    }
    let said = '';
    if (before === null) asOwnerOf(folder, () => removeDurably(file));
    else {
      const present = isOurs && !force ? accessOf(file) : before;
      const access = { mode: present.mode, uid: present.uid, gid: present.gid };
      if (!isSameAccess(access, before))
        said = `its permissions and owner are somebody’s since, and stay: ${accessText(access)}, not ${accessText(before)}`;
      const content = journal.backup(before.backup);
      if (sha256Of(content) !== before.sha256)
        throw new StepError(`the copy in ${keptIn(journal, action)} is damaged`);
      asOwnerOf(folder, () => writeDraft(draft, content, access));
      checkpoint('undo draft written');
      asOwnerOf(folder, () => putInPlace(draft, file));
    }
    removeMadeFolders(action);
    return { outcome: isOurs ? 'restored' : 'forced', said };
  } catch (error) {
    if (error instanceof StepError || (error as NodeJS.ErrnoException).code !== undefined)
      throw wordsOf(error);
    throw error;
  }
}

function isSameAccess(a: FileAccess, b: FileAccess): boolean {
  return a.mode === b.mode && a.uid === b.uid && a.gid === b.gid;
}

function accessText({ mode, uid, gid }: FileAccess): string {
  return `${mode.toString(8)} ${uid}:${gid}`;
}

function keptIn(journal: Journal, { before }: FileAction): string {
  return before === null ? 'nothing: there was no such file' : path.join(journal.folder, before.backup);
}

/** Only while they are empty: somebody else may have come to use them. */
function removeMadeFolders({ madeFolders, before }: FileAction): void {
  if (before !== null) return;
  for (const folder of madeFolders.toReversed()) {
    try {
      rmdirSync(folder);
      syncFolder(path.dirname(folder));
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') continue;
      return;
    }
  }
}
