import { type Channel, notMeasured } from '../../tcp/recording/channel.ts';
import { combineRows } from '../series/combine-rows.ts';
import { columnsOfSeconds, decodeSecond, encodeSecond, type SecondRow } from '../series/second-row.ts';
import { type Columns, decodeBlock, encodeBlock } from '../series/series-block.ts';
import { type Blob, bytesOf, type Database, inTransaction } from './database.ts';
import { blockStart, levels, ROWS_PER_BLOCK } from './levels.ts';

interface BlockRow {
  readonly start_s: number;
  readonly columns: Blob;
}

/** Rows of `stepSeconds`, the first at `startSecond`; channels in the order of the series. */
export interface SeriesPart {
  readonly stepSeconds: number;
  readonly startSecond: number;
  readonly columns: Columns;
}

interface CoarsePart {
  readonly start: number;
  /** Those that are left to do. */
  readonly series: number[];
}

/** Seconds, and the blocks they become. */
export class BlockTable {
  readonly #database: Database;
  /** What is being coarsened, and up to where that is done, by level. */
  readonly #coarsening = new Map<number, CoarsePart>();
  readonly #coarsened = new Map<number, number>();

  constructor(database: Database) {
    this.#database = database;
  }

  /** Written at once: what is acknowledged survives the end of the program. The last word on a second counts. */
  append(second: number, row: SecondRow): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO second (at_s, series_rows) VALUES (?, ?)')
      .run(second, Buffer.from(encodeSecond(row)));
  }

  /** Minutes that have ended before `second`, oldest first, whose seconds are not in blocks yet. */
  endedMinutes(second: number): readonly number[] {
    const rows = this.#database
      .prepare('SELECT DISTINCT at_s / 60 AS minute FROM second WHERE at_s < ? ORDER BY minute')
      .all(blockStart(second, 0)) as readonly { minute: number }[];
    return rows.map(({ minute }) => minute * 60);
  }

  /** Seconds of a minute become one block a series, all or nothing; which series it were. */
  packMinute(start: number): readonly number[] {
    return inTransaction(this.#database, () => {
      const rows = this.#database
        .prepare('SELECT at_s, series_rows FROM second WHERE at_s >= ? AND at_s < ?')
        .all(start, start + 60) as readonly { at_s: number; series_rows: Blob }[];
      const seconds = new Map(
        rows.map(({ at_s, series_rows }) => [at_s, decodeSecond(bytesOf(series_rows))]),
      );
      const packed = columnsOfSeconds(seconds, start, 60);
      for (const [series, columns] of packed)
        this.#put(0, start, series, this.#withPresent(0, start, series, columns));
      this.#database.prepare('DELETE FROM second WHERE at_s >= ? AND at_s < ?').run(start, start + 60);
      return [...packed.keys()];
    });
  }

  /** A clock that was set back brings a minute twice: what is new fills in. */
  #withPresent(level: number, start: number, series: number, columns: Int32Array[]): Columns {
    const before = this.#get(level, start, series);
    if (before === undefined) return columns;
    return columns.map((column, channel) =>
      column.map((value, row) => (value === notMeasured ? (before[channel]?.[row] ?? notMeasured) : value)),
    );
  }

  /**
   * Blocks of a coarser level that have ended before `second`, made of the finer ones: of at most `most` series a call, so that nobody
   * is held up. Whether there was anything to do.
   */
  coarsenNext(
    level: number,
    second: number,
    channelsOf: (series: number) => readonly Channel[] | undefined,
    most: number,
  ): boolean {
    const [fine, coarse] = [levels[level - 1], levels[level]];
    if (fine === undefined || coarse === undefined) return false;
    const part = this.#coarsening.get(level) ?? this.#nextPart(level, coarse.blockSeconds, second);
    if (part === undefined) return false;
    const ratio = coarse.stepSeconds / fine.stepSeconds;
    inTransaction(this.#database, () => {
      for (const series of part.series.splice(0, most)) {
        const channels = channelsOf(series);
        if (channels === undefined) continue;
        const end = part.start + coarse.blockSeconds;
        const columns = this.#rows(level - 1, series, part.start, end, channels.length);
        this.#put(level, part.start, series, combineRows(columns, channels, ratio));
      }
    });
    if (part.series.length > 0) this.#coarsening.set(level, part);
    else this.#coarsening.delete(level);
    return true;
  }

  /** The oldest span that has ended and is not done; after a start the last one is done again, since it may be half done. */
  #nextPart(level: number, blockSeconds: number, second: number): CoarsePart | undefined {
    const from = this.#coarsened.get(level) ?? this.#newest(level) ?? 0;
    const first = this.#database
      .prepare('SELECT min(start_s) AS first FROM block WHERE level = ? AND start_s >= ?')
      .get(level - 1, from) as { first: number | null };
    if (first.first === null) return undefined;
    const start = Math.floor(first.first / blockSeconds) * blockSeconds;
    if (start + blockSeconds > second) return undefined;
    this.#coarsened.set(level, start + blockSeconds);
    const rows = this.#database
      .prepare('SELECT DISTINCT series FROM block WHERE level = ? AND start_s >= ? AND start_s < ?')
      .all(level - 1, start, start + blockSeconds) as readonly { series: number }[];
    return { start, series: rows.map(({ series }) => series) };
  }

  /** Rows of a level from `fromSecond` up to `toSecond`, in whole blocks; what is not there is not measured. */
  read(level: number, series: number, fromSecond: number, toSecond: number, channels: number): SeriesPart {
    const stepSeconds = levels[level]?.stepSeconds ?? 1;
    const startSecond = blockStart(fromSecond, level);
    const columns = this.#rows(level, series, startSecond, toSecond, channels);
    if (level === 0) this.#addUnpacked(series, startSecond, columns);
    return { stepSeconds, startSecond, columns };
  }

  #rows(level: number, series: number, start: number, end: number, channels: number): Int32Array[] {
    const step = levels[level]?.stepSeconds ?? 1;
    const rows = Math.max(0, Math.ceil((end - start) / step));
    const columns = Array.from({ length: channels }, () => new Int32Array(rows).fill(notMeasured));
    const blocks = this.#database
      .prepare(
        'SELECT start_s, columns FROM block WHERE level = ? AND series = ? AND start_s >= ? AND start_s < ?',
      )
      .all(level, series, start, end) as readonly BlockRow[];
    for (const block of blocks) {
      const decoded = decodeBlock(bytesOf(block.columns));
      const at = (block.start_s - start) / step;
      decoded?.forEach((column, channel) => {
        columns[channel]?.set(column.subarray(0, Math.max(0, rows - at)), at);
      });
    }
    return columns;
  }

  #addUnpacked(series: number, start: number, columns: readonly Int32Array[]): void {
    const end = start + (columns[0]?.length ?? 0);
    const rows = this.#database
      .prepare('SELECT at_s, series_rows FROM second WHERE at_s >= ? AND at_s < ?')
      .all(start, end) as readonly { at_s: number; series_rows: Blob }[];
    for (const { at_s, series_rows } of rows) {
      const values = decodeSecond(bytesOf(series_rows)).get(series);
      values?.forEach((value, channel) => {
        const column = columns[channel];
        if (column !== undefined) column[at_s - start] = value;
      });
    }
  }

  #get(level: number, start: number, series: number): Int32Array[] | undefined {
    const row = this.#database
      .prepare('SELECT columns FROM block WHERE level = ? AND series = ? AND start_s = ?')
      .get(level, series, start) as Pick<BlockRow, 'columns'> | undefined;
    return row && decodeBlock(bytesOf(row.columns));
  }

  #put(level: number, start: number, series: number, columns: Columns): void {
    if ((columns[0]?.length ?? 0) !== ROWS_PER_BLOCK)
      throw new RangeError(`a block has ${ROWS_PER_BLOCK} rows`);
    this.#database
      .prepare('INSERT OR REPLACE INTO block (level, start_s, series, columns) VALUES (?, ?, ?, ?)')
      .run(level, start, series, Buffer.from(encodeBlock(columns)));
  }

  /** The oldest blocks of a level that start before `second`; how many. */
  removeBefore(level: number, second: number): number {
    return this.#database.prepare('DELETE FROM block WHERE level = ? AND start_s < ?').run(level, second)
      .changes;
  }

  /** Where the newest block of a series ends: what came later is in finer ones. */
  newestEnd(level: number, series: number): number | undefined {
    const row = this.#database
      .prepare('SELECT max(start_s) AS newest FROM block WHERE level = ? AND series = ?')
      .get(level, series) as { newest: number | null };
    return row.newest === null ? undefined : row.newest + (levels[level]?.blockSeconds ?? 60);
  }

  #newest(level: number): number | undefined {
    const row = this.#database
      .prepare('SELECT max(start_s) AS newest FROM block WHERE level = ?')
      .get(level) as { newest: number | null };
    return row.newest ?? undefined;
  }

  oldest(level: number): number | undefined {
    const row = this.#database
      .prepare('SELECT min(start_s) AS oldest FROM block WHERE level = ?')
      .get(level) as {
      oldest: number | null;
    };
    return row.oldest ?? undefined;
  }
}
