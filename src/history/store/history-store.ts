import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
} from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { type Channel, channelsNamed } from '../../tcp/recording/channel.ts';
import { BlockTable } from './block-table.ts';
import { type Database, openDatabase, sqliteCode } from './database.ts';
import { IncidentTable } from './incident-table.ts';
import { levels } from './levels.ts';
import { prepareDatabase } from './prepare-database.ts';
import { type Limits, type Thinned, thin, usedBytes } from './retention.ts';
import { SeriesTable } from './series-table.ts';
import { StoreLock } from './store-lock.ts';

const sqliteHeader = 'SQLite format 3\0';

/** Each takes about a millisecond. */
const COARSENED_AT_ONCE = 10;

/** Series and incidents in one file. A recorder opens it with `openForRecording`, any number of readers with `openForReading`. */
export class HistoryStore implements Disposable {
  readonly file: string;
  readonly series: SeriesTable;
  readonly blocks: BlockTable;
  readonly incidents: IncidentTable;
  readonly #database: Database;
  readonly #lock: StoreLock | undefined;
  readonly #channels = new Map<number, readonly Channel[]>();

  private constructor(file: string, database: Database, lock: StoreLock | undefined) {
    this.file = file;
    this.#database = database;
    this.#lock = lock;
    this.series = new SeriesTable(database);
    this.blocks = new BlockTable(database);
    this.incidents = new IncidentTable(database);
  }

  /**
   * Throws HalfopenError where another recorder has it, where it cannot be written, or where the file is somebody else's. A store of
   * ours that is damaged (`foundDamaged`: as was seen while it was used) is put aside, whole, and `putAside` tells where: observing goes on
   * in a new one.
   */
  static openForRecording(
    file: string,
    foundDamaged = false,
  ): { readonly store: HistoryStore; readonly putAside?: string } {
    makeFolder(path.dirname(file));
    const lock = StoreLock.take(file);
    try {
      const putAside = foundDamaged ? { putAside: setAside(file) } : {};
      return { store: new HistoryStore(file, openPrepared(file), lock), ...putAside };
    } catch (error) {
      if (!isDamaged(error) || !looksLikeSqlite(file)) {
        lock[Symbol.dispose]();
        throw asHalfopenError(error, file);
      }
      const putAside = setAside(file);
      return { store: new HistoryStore(file, openPrepared(file), lock), putAside };
    }
  }

  /** Also while a recorder writes. Throws HalfopenError where there is none, or it cannot be read. */
  static openForReading(file: string): HistoryStore {
    refuseUnreadable(file);
    try {
      const database = openPrepared(file);
      database.exec('PRAGMA query_only = 1');
      return new HistoryStore(file, database, undefined);
    } catch (error) {
      throw asHalfopenError(error, file);
    }
  }

  /** Ended minutes become blocks, at most one a call (it takes a few milliseconds); whether there was one. */
  packNext(second: number): boolean {
    const [start] = this.blocks.endedMinutes(second);
    if (start === undefined) return false;
    this.series.seen(this.blocks.packMinute(start), start + 59);
    return true;
  }

  /** A few series of what has become due for coarser rows; whether there was any. */
  coarsenNext(second: number): boolean {
    for (const level of levels.keys())
      if (
        level > 0 &&
        this.blocks.coarsenNext(level, second, (id) => this.#channelsOf(id), COARSENED_AT_ONCE)
      )
        return true;
    return false;
  }

  #channelsOf(id: number): readonly Channel[] | undefined {
    const known = this.#channels.get(id);
    if (known !== undefined) return known;
    for (const { id: one, kind, channels } of this.series.list())
      this.#channels.set(one, channelsNamed(kind, channels));
    return this.#channels.get(id);
  }

  thin(limits: Limits, nowSecond: number): Thinned {
    return thin(
      { database: this.#database, blocks: this.blocks, incidents: this.incidents },
      limits,
      nowSecond,
    );
  }

  /** Of the pages in use. */
  bytes(): number {
    return usedBytes(this.#database);
  }

  /** Moves what was committed from the log into the file. */
  checkpoint(): void {
    this.#database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  [Symbol.dispose](): void {
    this.#database.close();
    this.#lock?.[Symbol.dispose]();
  }
}

function openPrepared(file: string): Database {
  const database = openDatabase(file);
  try {
    prepareDatabase(database, file);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function refuseUnreadable(file: string): void {
  try {
    accessSync(file, constants.R_OK);
    const found = statSync(file);
    if (!found.isFile()) throw new Error('it is no file');
    if (found.size === 0) throw new Error('it is empty');
  } catch (error) {
    throw cannotRead(file, error instanceof Error ? error : new Error(String(error)));
  }
}

function cannotRead(on: string, error: NodeJS.ErrnoException): HalfopenError {
  const isMissing = error.code === 'ENOENT';
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'read the history',
    on,
    said: isMissing ? 'there is no such file' : error.message,
    remedy:
      error.code === 'EACCES'
        ? 'Run it as root, or as the user whose recorder wrote it.'
        : 'halfopen serve records it; --store FILE names another one.',
  });
}

export function isDamaged(error: unknown): boolean {
  const code = sqliteCode(error) ?? '';
  return code.startsWith('SQLITE_CORRUPT') || code === 'SQLITE_NOTADB';
}

/** A file whose first bytes are not SQLite's never was a store: it is not touched. */
function looksLikeSqlite(file: string): boolean {
  const bytes = Buffer.alloc(sqliteHeader.length);
  const descriptor = openSync(file, 'r');
  try {
    readSync(descriptor, bytes, 0, bytes.length, 0);
  } finally {
    closeSync(descriptor);
  }
  return bytes.toString('latin1') === sqliteHeader;
}

/** With its log, so that what can be read of it can still be read. */
function setAside(file: string): string {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+Z$/g, '');
  const aside = `${file}.damaged-${stamp}`;
  for (const end of ['', '-wal', '-shm']) if (existsSync(file + end)) renameSync(file + end, aside + end);
  return aside;
}

function makeFolder(folder: string): void {
  try {
    mkdirSync(folder, { recursive: true, mode: 0o750 });
  } catch (error) {
    throw asHalfopenError(error, folder);
  }
}

function asHalfopenError(error: unknown, on: string): HalfopenError {
  if (error instanceof HalfopenError) return error;
  const said = error instanceof Error ? error.message : String(error);
  const remedy = '--store names another file.';
  return new HalfopenError(exitCodes.cannotObserve, { attempted: 'open the store', on, said, remedy }, error);
}
