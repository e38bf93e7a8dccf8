import {
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readFileSync,
  statSync,
  writeSync,
} from 'node:fs';
import path from 'node:path';
import { exitCodes, HalfopenError } from '../../base/errors.ts';
import { makeFolder, syncFolder, writeDraft } from '../../kernel/files/write-durably.ts';
import type { JournalRecord } from './journal-record.ts';
import { journalRecordSchema } from './journal-schema.ts';

const journalName = 'journal.jsonl';
const backupFolder = 'files';

/**
 * One JSON document a line, only ever added to, each on disk before the next step. A line that a crash cut off says nothing that
 * happened: a step begins when its line is whole.
 */
export class Journal {
  readonly folder: string;
  readonly #descriptor: number;
  readonly #records: JournalRecord[];

  private constructor(folder: string, descriptor: number, records: readonly JournalRecord[]) {
    this.folder = folder;
    this.#descriptor = descriptor;
    this.#records = [...records];
  }

  /** In a new folder; throws HalfopenError where it cannot be made. */
  static create(folder: string): Journal {
    try {
      makeFolder(path.join(folder, backupFolder));
      const flags = constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_EXCL;
      const descriptor = openSync(path.join(folder, journalName), flags, 0o600);
      syncFolder(folder);
      return new Journal(folder, descriptor, []);
    } catch (error) {
      throw cannotKeep(folder, error);
    }
  }

  /** To go on with one; what a crash cut off is taken away. */
  static open(folder: string): Journal {
    const { records, wholeBytes } = readJournal(folder);
    try {
      const descriptor = openSync(path.join(folder, journalName), constants.O_WRONLY | constants.O_APPEND);
      ftruncateSync(descriptor, wholeBytes);
      return new Journal(folder, descriptor, records);
    } catch (error) {
      throw cannotKeep(folder, error);
    }
  }

  get records(): readonly JournalRecord[] {
    return this.#records;
  }

  append(record: JournalRecord): void {
    try {
      const line = Buffer.from(`${JSON.stringify(record)}\n`);
      for (let at = 0; at < line.length; ) at += writeSync(this.#descriptor, line, at);
      fsyncSync(this.#descriptor);
    } catch (error) {
      throw cannotKeep(this.folder, error);
    }
    this.#records.push(record);
  }

  /** The bytes of a file that is about to be replaced, on disk when this returns; the name they are kept under. */
  backUp(step: number, content: Uint8Array): string {
    const name = `${backupFolder}/${step}`;
    this.keep(name, content);
    return name;
  }

  /** Throws HalfopenError where there is no room. */
  keep(name: string, content: Uint8Array): void {
    const { uid = 0, gid = 0 } = { uid: process.getuid?.(), gid: process.getgid?.() };
    try {
      writeDraft(path.join(this.folder, name), content, { mode: 0o600, uid, gid });
      syncFolder(path.dirname(path.join(this.folder, name)));
    } catch (error) {
      throw cannotKeep(this.folder, error);
    }
  }

  backup(name: string): Buffer {
    return readFileSync(path.join(this.folder, name));
  }

  [Symbol.dispose](): void {
    closeSync(this.#descriptor);
  }
}

export function hasJournal(folder: string): boolean {
  return existsSync(path.join(folder, journalName));
}

/** When it was applied, which is not when it was planned; of a damaged journal when it was last written to. */
export function startedAtMs(folder: string): number {
  try {
    const opened = readJournal(folder).records.find((one) => one.kind === 'open');
    if (opened !== undefined) return opened.atMs;
  } catch {
    // Told by whoever reads it.
  }
  return statSync(path.join(folder, journalName)).mtimeMs;
}

export interface ReadJournal {
  readonly records: readonly JournalRecord[];
  /** Up to the end of the last whole line. */
  readonly wholeBytes: number;
}

/** Throws HalfopenError for a journal that cannot be read, or with a whole line that is none of ours. */
export function readJournal(folder: string): ReadJournal {
  const file = path.join(folder, journalName);
  try {
    const bytes = readFileSync(file);
    const wholeBytes = bytes.lastIndexOf(0x0a) + 1;
    const lines = bytes.subarray(0, wholeBytes).toString('utf8').split('\n').slice(0, -1);
    return { records: lines.map((line, at) => parseLine(line, file, at + 1)), wholeBytes };
  } catch (error) {
    if (error instanceof HalfopenError) throw error;
    throw unreadable(file, error instanceof Error ? error.message : String(error));
  }
}

function parseLine(line: string, file: string, number: number): JournalRecord {
  try {
    return journalRecordSchema.parse(JSON.parse(line));
  } catch {
    throw unreadable(file, `line ${number} is no record of a journal`);
  }
}

function unreadable(file: string, said: string): HalfopenError {
  const remedy = 'The copies of files lie in the folder "files" beside it.';
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'read the journal',
    on: file,
    said,
    remedy,
  });
}

export function cannotKeep(folder: string, error: unknown): HalfopenError {
  return new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'keep a journal in',
    on: folder,
    said: error instanceof Error ? error.message : String(error),
    remedy: 'Nothing is changed that is not written down first. --state names another folder.',
  });
}
