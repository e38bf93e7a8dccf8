import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { HistoryReader } from './history-reader.ts';

/** Opens the store for `work` and closes it. Throws HalfopenError where there is none, or what is asked for cannot be read. */
export function withHistory<T>(file: string, work: (reader: HistoryReader) => T): T {
  using reader = HistoryReader.open(file);
  try {
    return work(reader);
  } catch (error) {
    if (!isOfTheDatabase(error)) throw error;
    throw new HalfopenError(exitCodes.cannotObserve, {
      attempted: 'read the history',
      on: file,
      said: error.message,
      remedy:
        remedies[error.code] ??
        'A recorder (halfopen serve) puts a damaged store aside and begins a new one.',
    });
  }
}

const remedies: Readonly<Record<string, string>> = {
  SQLITE_BUSY: 'Something holds the file for a long time: try again.',
};

/** libsql's errors carry SQLite's word for it. */
function isOfTheDatabase(error: unknown): error is Error & { readonly code: string } {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('SQLITE_');
}
