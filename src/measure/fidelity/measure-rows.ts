import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { sideBySide } from '../side-by-side.ts';
import { allRows } from './all-rows.ts';
import { type FidelityResult, type FidelityRow, holds } from './fidelity-row.ts';
import type { RowMeasurement } from './measure-row.ts';

export interface MeasureOptions {
  readonly jobs: number;
  readonly seed: number;
  readonly onResult: (result: FidelityResult, left: number) => void;
}

/**
 * Plays all rows, most of their time being waiting, `jobs` side by side in processes of their own; a row that failed is played once
 * more alone, when nothing else can disturb it. Results in the order of the rows.
 */
export async function measureRows(
  rows: readonly FidelityRow[],
  options: MeasureOptions,
): Promise<readonly FidelityResult[]> {
  let left = rows.length;
  const among = await inProcesses(rows, options, async (row, ask) => {
    const result = { row, ...(await ask(row)), again: false };
    options.onResult(result, --left);
    return result;
  });
  const failed = among.filter((result) => !holds(result)).map(({ row }) => row);
  const alone = await inProcesses(failed, { ...options, jobs: 1 }, async (row, ask) => {
    const result = { row, ...(await ask(row)), again: true };
    options.onResult(result, 0);
    return result;
  });
  return among.map((result) => alone.find(({ row }) => row === result.row) ?? result);
}

type Ask = (row: FidelityRow) => Promise<RowMeasurement>;

async function inProcesses(
  rows: readonly FidelityRow[],
  { jobs, seed }: MeasureOptions,
  work: (row: FidelityRow, ask: Ask) => Promise<FidelityResult>,
): Promise<FidelityResult[]> {
  const file = fileURLToPath(new URL('./row-process.js', import.meta.url));
  const idle: ChildProcess[] = Array.from({ length: Math.min(jobs, rows.length) }, () =>
    fork(file, [String(seed)]),
  );
  const all = [...idle];
  try {
    return await sideBySide(rows, jobs, async (row) => {
      const player = idle.pop();
      if (player === undefined) throw new RangeError('fewer processes than jobs');
      try {
        return await work(row, (asked) => askProcess(player, asked));
      } finally {
        idle.push(player);
      }
    });
  } finally {
    for (const player of all) player.kill();
  }
}

async function askProcess(player: ChildProcess, row: FidelityRow): Promise<RowMeasurement> {
  if (!player.connected) return { checks: [], incompleteBecause: ['the process that plays rows has ended'] };
  player.send(allRows.indexOf(row));
  const over = new AbortController();
  const answered = once(player, 'message', over).then(([answer]) => answer as RowMeasurement);
  const ended = once(player, 'exit', over).then(() => endedInTheMiddle);
  try {
    return await Promise.race([answered, ended]);
  } finally {
    // Whichever did not come must not be listened for any longer; its promise ends with an AbortError.
    answered.catch(() => {});
    ended.catch(() => {});
    over.abort();
  }
}

const endedInTheMiddle: RowMeasurement = {
  checks: [],
  incompleteBecause: ['the process that plays rows ended in the middle'],
};
