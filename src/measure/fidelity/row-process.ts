/** Plays the rows it is sent by number, one after the other; started by measure-rows.ts with an IPC channel. */
import os from 'node:os';
import { prepareLab } from '../../lab/prepare-lab.ts';
import { allRows } from './all-rows.ts';
import { measureRow } from './measure-row.ts';

const seed = Number(process.argv[2] ?? 1);
prepareLab();
process.on('message', async (index: number) => {
  const row = allRows[index];
  if (row) process.send?.(await measureRow(row, os.release(), seed));
});
process.on('disconnect', () => process.exit(0));
