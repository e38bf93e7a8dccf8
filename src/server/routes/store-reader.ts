import { statSync } from 'node:fs';
import { HistoryReader } from '../../app/history/history-reader.ts';
import { ApiFailure } from '../requests/api-failure.ts';

/** The store, opened when somebody first asks for what is in it, and anew where another file has taken its place or reading failed. */
export class StoreReader {
  readonly #file: string | null;
  #open: { readonly reader: HistoryReader; readonly inode: number } | undefined;

  constructor(file: string | null) {
    this.#file = file;
  }

  /** Throws ApiFailure (404) where nothing is kept, and what reading throws. */
  read<T>(work: (reader: HistoryReader) => T): T {
    if (this.#file === null)
      throw new ApiFailure(404, { attempted: 'read the history', said: 'this recorder keeps nothing' });
    try {
      return work(this.#readerOf(this.#file));
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** A recorder puts a damaged store aside and goes on in a new one of the same name. */
  #readerOf(file: string): HistoryReader {
    const inode = statSync(file, { throwIfNoEntry: false })?.ino ?? 0;
    if (this.#open !== undefined && this.#open.inode !== inode) this.close();
    this.#open ??= { reader: HistoryReader.open(file), inode };
    return this.#open.reader;
  }

  close(): void {
    this.#open?.reader[Symbol.dispose]();
    this.#open = undefined;
  }
}
