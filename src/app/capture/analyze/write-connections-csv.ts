import { closeSync, openSync, writeFileSync } from 'node:fs';
import { exitCodes, HalfopenError } from '../../../base/errors.ts';
import { connectionsCsv } from '../../../report/capture-csv/connections-csv.ts';
import type { ConnectionRecord } from '../../../tcp/capture.ts';

/** Writes a table of any length, piece by piece. Throws HalfopenError (cannotObserve) when the file takes no more. */
export function writeConnectionsCsv(file: string, records: Iterable<ConnectionRecord>): void {
  try {
    const fd = openSync(file, 'w');
    try {
      for (const piece of connectionsCsv(records)) writeFileSync(fd, piece);
    } finally {
      closeSync(fd);
    }
  } catch (error) {
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'write the connections to',
      on: file,
      said: error instanceof Error ? error.message : String(error),
      remedy: 'What is there of it is not whole. Choose a path with enough room that you may write to.',
    });
  }
}
