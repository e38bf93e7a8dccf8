import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { type Database, inTransaction } from './database.ts';
import { migrations } from './migrations.ts';

/** "hopn": tells a store of ours from other SQLite files (PRAGMA application_id). */
export const applicationId = 0x686f_706e;

/**
 * Makes the tables, or brings those of an older release up to date, all in one transaction. Throws HalfopenError for a file of another
 * program or of a later release: both are left as they are.
 */
export function prepareDatabase(database: Database, file: string): void {
  const [id, version] = [numberOf(database, 'application_id'), numberOf(database, 'user_version')];
  const isNew = id === 0 && version === 0 && isEmpty(database);
  if (id !== applicationId && !isNew) throw notOurs(file, 'it is a database of another program');
  if (version > migrations.length)
    throw notOurs(
      file,
      `it was written by a later release (version ${version}, this one knows ${migrations.length})`,
    );
  // The page size has to be said before the first table; incremental vacuum gives space back without writing the whole file anew.
  if (isNew) database.exec('PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL;');
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA busy_timeout = 2000;');
  if (version === migrations.length) return;
  inTransaction(database, () => {
    for (const step of migrations.slice(version)) database.exec(step);
    database.exec(`PRAGMA application_id = ${applicationId}; PRAGMA user_version = ${migrations.length};`);
  });
}

function numberOf(database: Database, pragma: string): number {
  const row = database.prepare(`PRAGMA ${pragma}`).get() as Readonly<Record<string, number>> | undefined;
  return row?.[pragma] ?? 0;
}

function isEmpty(database: Database): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master LIMIT 1').get() === undefined;
}

function notOurs(file: string, said: string): HalfopenError {
  return new HalfopenError(exitCodes.usage, {
    attempted: 'open the store',
    on: file,
    said,
    remedy: 'Nothing was changed. --store names another file.',
  });
}
