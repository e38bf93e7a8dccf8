import os from 'node:os';
import { defaultStore } from '../../../app/serve/default-store.ts';
import { usageError } from '../../../base/errors.ts';
import type { HistoryTextOptions } from '../../../report/history/history-context.ts';
import { momentMs } from '../../moment.ts';
import { terminal } from '../../terminal.ts';
import type { HistoryOptions, SpanOptions } from './history-options.ts';

export function storeOf({ store }: HistoryOptions): string {
  return store ?? defaultStore({ isRoot: process.getuid?.() === 0, home: os.homedir() }, process.env);
}

/** Throws HalfopenError where the end comes before the beginning. */
export function spanOf({ since, until }: SpanOptions, nowMs: number): { fromMs: number; toMs: number } {
  const [fromMs, toMs] = [momentMs(since, nowMs), until === undefined ? nowMs : momentMs(until, nowMs)];
  if (fromMs >= toMs)
    throw usageError(
      'look back',
      `from ${new Date(fromMs).toISOString()} to ${new Date(toMs).toISOString()}`,
      '--since has to be before --until, and before now.',
    );
  return { fromMs, toMs };
}

export function textOptions(nowMs: number, verbose: boolean): HistoryTextOptions {
  return { ...terminal(), verbose, nowMs, utcOffset: (ms) => -new Date(ms).getTimezoneOffset() };
}

export function printJson(document: unknown): void {
  process.stdout.write(`${JSON.stringify(document, null, 2)}\n`);
}
