import { createRequire } from 'node:module';
import type Libsql from 'libsql';

export type Database = Libsql.Database;

/** Loaded when it is used: it is native code, and most commands keep nothing. */
export function openDatabase(file: string): Database {
  const Constructor = createRequire(import.meta.url)('libsql') as typeof Libsql;
  return new Constructor(file);
}

/** "SQLITE_FULL", "SQLITE_CORRUPT": the word that says what to do; undefined for what is none of SQLite's. */
export function sqliteCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return code.startsWith('SQLITE_') ? code : undefined;
}

const diskCodes = /^(?:ENOSPC|EROFS|EDQUOT|EIO|SQLITE_(?:FULL|READONLY|IOERR|CANTOPEN))/;

/** The disk, not the file: full, read-only, broken. It may pass. */
export function isDiskTrouble(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const code = 'code' in error ? String(error.code) : '';
  return diskCodes.test(code) || isDiskTrouble(error.cause);
}

/** A BLOB as it comes: libsql hands it over as a Buffer for one row, as an ArrayBuffer for many. */
export type Blob = Uint8Array | ArrayBuffer;

export function bytesOf(blob: Blob): Uint8Array {
  return blob instanceof Uint8Array ? blob : new Uint8Array(blob);
}

/** All or nothing. */
export function inTransaction<T>(database: Database, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    if (database.inTransaction) database.exec('ROLLBACK');
    throw error;
  }
}
