/** What is written down before and after each step, so that it can be undone whatever happens in between. */
import type { PlanNamespace } from '../../tcp/tune-plan.ts';

export interface SysctlAction {
  readonly kind: 'sysctl';
  /** null: the value lies below another root (an image), not in a running kernel. */
  readonly namespace: PlanNamespace | null;
  /** "/proc/sys", or that folder below another root. */
  readonly folder: string;
  readonly parameter: string;
  readonly before: string;
  readonly after: string;
}

export interface FileAction {
  readonly kind: 'file';
  readonly what: 'drop-in' | 'configuration';
  /** From here; `shown` is how people know it. */
  readonly file: string;
  readonly shown: string;
  /** The new text before it takes the place of `file`: what a crash may leave behind. */
  readonly draft: string;
  /** null: there was no such file. */
  readonly before: KeptFile | null;
  readonly afterSha256: string;
  /** Folders that had to be made for it, outermost first. */
  readonly madeFolders: readonly string[];
}

export interface KeptFile {
  readonly sha256: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** In the folder of the journal: the bytes. */
  readonly backup: string;
}

export type Action = SysctlAction | FileAction;

export type UndoneHow = 'restored' | 'was-so' | 'gone' | 'forced';

export type JournalRecord =
  | {
      readonly kind: 'open';
      readonly atMs: number;
      readonly plan: string;
      readonly bootId: string | null;
      readonly version: string;
    }
  /** On disk before anything is touched. */
  | {
      readonly kind: 'begin';
      readonly step: number;
      readonly changes: readonly number[];
      readonly action: Action;
    }
  | { readonly kind: 'done'; readonly step: number }
  | { readonly kind: 'failed'; readonly step: number; readonly said: string }
  | { readonly kind: 'end'; readonly atMs: number; readonly outcome: 'applied' | 'stopped' }
  | { readonly kind: 'undone'; readonly step: number; readonly how: UndoneHow }
  | { readonly kind: 'rolled-back'; readonly atMs: number };

/** Steps that may have changed something and have not been undone, the last one first. */
export function stepsToUndo(
  records: readonly JournalRecord[],
): readonly Extract<JournalRecord, { kind: 'begin' }>[] {
  const undone = new Set(records.flatMap((one) => (one.kind === 'undone' ? [one.step] : [])));
  return records
    .filter((one) => one.kind === 'begin')
    .filter(({ step }) => !undone.has(step))
    .reverse();
}

export type ApplyStatus = 'applied' | 'stopped' | 'interrupted' | 'rolled back' | 'partly rolled back';

export function statusOf(records: readonly JournalRecord[]): ApplyStatus {
  if (records.some(({ kind }) => kind === 'rolled-back')) return 'rolled back';
  if (records.some(({ kind }) => kind === 'undone')) return 'partly rolled back';
  const end = records.find((one) => one.kind === 'end');
  return end?.outcome ?? 'interrupted';
}
