import { combineRows } from '../../history/series/combine-rows.ts';
import { HistoryStore } from '../../history/store/history-store.ts';
import type { BlackBox, IncidentQuery } from '../../history/store/incident-table.ts';
import { levels } from '../../history/store/levels.ts';
import type { StoredSeries } from '../../history/store/series-table.ts';
import { type Channel, channelsNamed, notMeasured, type SeriesKind } from '../../tcp/recording/channel.ts';
import type { LiveSubject } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { IncidentDetail } from '../../tcp/recording/incident-detail.ts';

export interface SeriesQuery {
  /** Unix seconds; `toSecond` is not part of it. */
  readonly fromSecond: number;
  readonly toSecond: number;
  /** Left out: all. */
  readonly ids?: readonly number[];
  readonly kind?: SeriesKind;
  /** The step is the finest of 1, 10 and 60 s that needs no more rows than this and is still there. */
  readonly mostRows?: number;
}

/** Rows of `stepSeconds`, the first at `startSecond`; a column for each channel, `notMeasured` where nobody looked. */
export interface SeriesRows {
  readonly subject: LiveSubject;
  readonly channels: readonly Channel[];
  readonly stepSeconds: number;
  readonly startSecond: number;
  readonly columns: readonly Int32Array[];
}

const MOST_ROWS = 3600;

/** When a series was last seen is noted as its minutes are packed, a minute or two later. */
const NOTED_LATE_SECONDS = 180;

/** Incidents and series of a store, also while a recorder writes it. */
export class HistoryReader implements Disposable {
  readonly #store: HistoryStore;

  private constructor(store: HistoryStore) {
    this.#store = store;
  }

  /** Throws HalfopenError where there is no store, or it cannot be read. */
  static open(file: string): HistoryReader {
    return new HistoryReader(HistoryStore.openForReading(file));
  }

  get file(): string {
    return this.#store.file;
  }

  /** Newest first. */
  incidents(query: IncidentQuery = {}): readonly Incident[] {
    return this.#store.incidents.list(query);
  }

  /** `detail` undefined: what was kept of it cannot be read any more. */
  incident(
    id: string,
  ): { readonly incident: Incident; readonly detail: IncidentDetail | undefined } | undefined {
    const incident = this.#store.incidents.get(id);
    if (incident === undefined) return undefined;
    return { incident, detail: this.#store.incidents.detail(id) as IncidentDetail | undefined };
  }

  blackBox(id: string): BlackBox | undefined {
    return this.#store.incidents.blackBox(id);
  }

  /** Series that have something at or after `sinceSecond`. */
  subjects(sinceSecond = 0): readonly StoredSeries[] {
    return this.#store.series.list(sinceSecond - NOTED_LATE_SECONDS);
  }

  series(query: SeriesQuery): readonly SeriesRows[] {
    return [...this.eachSeries(query)];
  }

  /** Reads each when it is its turn, so that others can be served in between. */
  *eachSeries(query: SeriesQuery): Generator<SeriesRows> {
    const { fromSecond, toSecond, ids, kind, mostRows = MOST_ROWS } = query;
    const level = this.#levelFor(fromSecond, toSecond, mostRows);
    const wanted = this.subjects(fromSecond).filter(
      (one) => (ids?.includes(one.id) ?? true) && (kind === undefined || one.kind === kind),
    );
    for (const one of wanted) yield this.#rowsOf(one, level, fromSecond, toSecond);
  }

  #levelFor(fromSecond: number, toSecond: number, mostRows: number): number {
    const fits = levels.findIndex(({ stepSeconds }) => (toSecond - fromSecond) / stepSeconds <= mostRows);
    const finest = fits < 0 ? levels.length - 1 : fits;
    for (let level = finest; level < levels.length - 1; level++) {
      const oldest = this.#store.blocks.oldest(level);
      const coarser = this.#store.blocks.oldest(level + 1);
      // What was thinned out is still there in coarser rows.
      if (oldest === undefined || coarser === undefined || oldest <= Math.max(fromSecond, coarser))
        return level;
    }
    return levels.length - 1;
  }

  #rowsOf(one: StoredSeries, level: number, fromSecond: number, toSecond: number): SeriesRows {
    const channels = channelsNamed(one.kind, one.channels);
    const { stepSeconds = 1 } = levels[level] ?? {};
    const startSecond = Math.floor(fromSecond / stepSeconds) * stepSeconds;
    const rows = Math.max(0, Math.ceil((toSecond - startSecond) / stepSeconds));
    const columns = channels.map(() => new Int32Array(rows).fill(notMeasured));
    this.#fill(columns, { one, channels, level, startSecond, toSecond });
    return { subject: one, channels, stepSeconds, startSecond, columns };
  }

  /** Blocks of this level, and where the newest are not made yet, what they will be made of. */
  #fill(
    columns: readonly Int32Array[],
    part: {
      readonly one: StoredSeries;
      readonly channels: readonly Channel[];
      readonly level: number;
      readonly startSecond: number;
      readonly toSecond: number;
    },
  ): void {
    const { one, channels, level, startSecond, toSecond } = part;
    const { stepSeconds = 1 } = levels[level] ?? {};
    const read = this.#store.blocks.read(level, one.id, startSecond, toSecond, channels.length);
    const skip = (startSecond - read.startSecond) / stepSeconds;
    for (const [at, column] of columns.entries())
      column.set(read.columns[at]?.subarray(skip, skip + column.length) ?? []);
    const finer = levels[level - 1];
    if (finer === undefined) return;
    const newest = this.#store.blocks.newestEnd(level, one.id) ?? 0;
    const from = Math.max(startSecond, newest);
    if (from >= toSecond) return;
    const alignedFrom = Math.max(startSecond, Math.floor(from / stepSeconds) * stepSeconds);
    const ratio = stepSeconds / finer.stepSeconds;
    const fine = channels.map(() =>
      new Int32Array(Math.ceil((toSecond - alignedFrom) / finer.stepSeconds)).fill(notMeasured),
    );
    this.#fill(fine, { one, channels, level: level - 1, startSecond: alignedFrom, toSecond });
    const at = (alignedFrom - startSecond) / stepSeconds;
    for (const [channel, column] of combineRows(fine, channels, ratio).entries())
      columns[channel]?.set(column.subarray(0, Math.max(0, (columns[channel]?.length ?? 0) - at)), at);
  }

  [Symbol.dispose](): void {
    this.#store[Symbol.dispose]();
  }
}
