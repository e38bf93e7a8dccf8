import type { HistoryStore } from '../../../history/store/history-store.ts';
import type { BlackBox } from '../../../history/store/incident-table.ts';
import type { Limits } from '../../../history/store/retention.ts';
import type { SeriesSubject } from '../../../history/store/series-table.ts';
import { channelsOfKind } from '../../../tcp/recording/channel.ts';
import type { Incident } from '../../../tcp/recording/incident.ts';
import type { IncidentDetail } from '../../../tcp/recording/incident-detail.ts';
import type { RecorderLog } from '../recorder-options.ts';

const COARSEN_EVERY_S = 600;
const THIN_EVERY_S = 60;
/** What could not be written waits in memory; beyond this the oldest goes, and that is said. */
const MOST_WAITING = 200;
const COMPLAIN_EVERY_MS = 60_000;

interface Waiting {
  readonly what: string;
  readonly write: () => void;
}

/**
 * Writes seconds and incidents into the store. Where it cannot (a full disk, one that became read-only), observing goes on: incidents wait
 * in memory until it can be written again, seconds are left out, and both are said.
 */
export class HistoryWriter implements Disposable {
  readonly #store: HistoryStore;
  readonly #limits: Limits;
  readonly #log: RecorderLog;
  readonly #ids = new Map<string, { readonly id: number; about: string }>();
  #waiting: Waiting[] = [];
  #problem: string | null = null;
  #complainedAtMs = Number.NEGATIVE_INFINITY;
  #lostSeconds = 0;
  #bytes = 0;

  constructor(store: HistoryStore, limits: Limits, log: RecorderLog) {
    this.#store = store;
    this.#limits = limits;
    this.#log = log;
  }

  get status(): { readonly file: string; readonly bytes: number; readonly problem: string | null } {
    return { file: this.#store.file, bytes: this.#bytes, problem: this.#problem };
  }

  /** The number of a series in the store; undefined where it cannot be written. */
  idOf(subject: SeriesSubject, second: number): number | undefined {
    const key = `${subject.kind} ${subject.identity}`;
    const about = JSON.stringify(subject.about);
    const known = this.#ids.get(key);
    if (known?.about === about) return known.id;
    try {
      const id = this.#store.series.idOf(subject, channelsOfKind[subject.kind], second);
      this.#ids.set(key, { id, about });
      return id;
    } catch (error) {
      this.#failed('name a series', error);
      return known?.id;
    }
  }

  second(second: number, row: ReadonlyMap<number, Int32Array>): void {
    try {
      this.#store.blocks.append(second, row);
      this.#succeeded();
    } catch (error) {
      this.#lostSeconds++;
      this.#failed('write a second', error);
      return;
    }
    this.#writeWaiting();
    this.#tidy(second);
  }

  #tidy(second: number): void {
    try {
      if (this.#store.packNext(second)) this.#bytes = this.#store.bytes();
      // Not all at the same second of the minute: packing is done with by then.
      if (second % THIN_EVERY_S === 20) this.#thin(second);
      if (second % COARSEN_EVERY_S === 30) this.#store.coarsen(second);
    } catch (error) {
      this.#failed('tidy up the store', error);
    }
  }

  #thin(second: number): void {
    const { blackBoxes, isFull } = this.#store.thin(this.#limits, second);
    this.#bytes = this.#store.bytes();
    if (blackBoxes > 0)
      this.#log.warn(`${blackBoxes} black boxes had to make room: the store has reached its size`);
    if (isFull) this.#log.warn('the store is above its size with nothing left to give up');
  }

  incident(incident: Incident, detail?: IncidentDetail): void {
    this.#write(`incident ${incident.id}`, () => this.#store.incidents.put(incident, detail));
  }

  blackBox(incident: string, box: BlackBox): void {
    this.#write(`the black box of ${incident}`, () => this.#store.incidents.putBlackBox(incident, box));
  }

  #write(what: string, write: () => void): void {
    this.#waiting.push({ what, write });
    this.#writeWaiting();
    while (this.#waiting.length > MOST_WAITING) {
      const lost = this.#waiting.shift();
      this.#log.error(`lost: ${lost?.what} could not be written and there is no room to keep it`);
    }
  }

  #writeWaiting(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        next.write();
      } catch (error) {
        this.#failed(`write ${next.what}`, error);
        return;
      }
      this.#waiting.shift();
    }
  }

  #failed(attempted: string, error: unknown): void {
    const said = error instanceof Error ? error.message : String(error);
    this.#problem = `cannot ${attempted}: ${said}`;
    const nowMs = performance.now();
    if (nowMs - this.#complainedAtMs < COMPLAIN_EVERY_MS) return;
    this.#complainedAtMs = nowMs;
    this.#log.error(`${this.#store.file}: ${this.#problem}; observing goes on`, {
      waiting: this.#waiting.map(({ what }) => what).slice(0, 5),
    });
  }

  #succeeded(): void {
    if (this.#problem === null) return;
    this.#log.warn(`${this.#store.file}: writing again; ${this.#lostSeconds} seconds were not kept`);
    this.#problem = null;
    this.#lostSeconds = 0;
    this.#complainedAtMs = Number.NEGATIVE_INFINITY;
  }

  /** Names of what is still waiting, for the last words of a recorder. */
  get unwritten(): readonly string[] {
    return this.#waiting.map(({ what }) => what);
  }

  [Symbol.dispose](): void {
    this.#writeWaiting();
    for (const lost of this.unwritten) this.#log.error(`lost: ${lost} could not be written`);
    try {
      if (this.#problem === null) this.#store.checkpoint();
    } catch (error) {
      this.#log.error(`${this.#store.file}: ${String(error)}`);
    }
    this.#store[Symbol.dispose]();
  }
}
