import { isDiskTrouble } from '../../../history/store/database.ts';
import { HistoryStore, isDamaged } from '../../../history/store/history-store.ts';
import type { BlackBox } from '../../../history/store/incident-table.ts';
import type { Limits } from '../../../history/store/retention.ts';
import type { SeriesSubject } from '../../../history/store/series-table.ts';
import { channelsOfKind } from '../../../tcp/recording/channel.ts';
import type { Incident } from '../../../tcp/recording/incident.ts';
import type { IncidentDetail } from '../../../tcp/recording/incident-detail.ts';
import type { RecorderLog } from '../recorder-options.ts';

const THIN_EVERY_S = 60;
/** What could not be written waits in memory; beyond this the oldest goes, and that is said. */
const MOST_WAITING = 200;
const COMPLAIN_EVERY_MS = 60_000;
const REOPEN_EVERY_MS = 10_000;

interface Waiting {
  readonly what: string;
  readonly write: (store: HistoryStore) => void;
}

export interface HistoryWriterOptions {
  readonly file: string;
  readonly limits: Limits;
  readonly log: RecorderLog;
}

/**
 * Writes seconds and incidents into the store. Where it cannot (a full disk, one that is read-only, a damaged file), observing goes on:
 * incidents wait in memory until it can be written again, seconds are left out, and both are said.
 */
export class HistoryWriter implements Disposable {
  readonly #options: HistoryWriterOptions;
  readonly #log: RecorderLog;
  readonly #ids = new Map<string, { readonly id: number; about: string }>();
  #store: HistoryStore | undefined;
  #waiting: Waiting[] = [];
  #problem: string | null = null;
  #complainedAtMs = Number.NEGATIVE_INFINITY;
  #openedAtMs = Number.NEGATIVE_INFINITY;
  #foundDamaged = false;
  #lostSeconds = 0;
  #bytes = 0;

  /** Throws HalfopenError where another recorder has the store, or it is nobody's to write; a disk that is full or read-only may recover. */
  constructor(options: HistoryWriterOptions) {
    this.#options = options;
    this.#log = options.log;
    this.#open();
    if (this.#foundDamaged) this.#open();
  }

  #open(): void {
    const { file } = this.#options;
    this.#openedAtMs = performance.now();
    try {
      const { store, putAside } = HistoryStore.openForRecording(file, this.#foundDamaged);
      this.#foundDamaged = false;
      this.#store = store;
      this.#ids.clear();
      if (putAside !== undefined)
        this.#log.error(`the store was damaged: it was put aside as ${putAside}, and a new one begun`);
      for (const { id, title } of store.incidents.closeLeftOpen())
        this.#log.warn(`incident ${id} was open when the recorder ended, and is taken as over: ${title}`);
    } catch (error) {
      if (!isDiskTrouble(error) && !isDamaged(error)) throw error;
      this.#failed('open the store', error);
    }
  }

  /** Tried again from time to time where there is none. */
  #storeNow(): HistoryStore | undefined {
    if (this.#store === undefined && performance.now() - this.#openedAtMs >= REOPEN_EVERY_MS) {
      try {
        this.#open();
      } catch (error) {
        this.#failed('open the store', error);
      }
    }
    return this.#store;
  }

  get status(): { readonly file: string; readonly bytes: number; readonly problem: string | null } {
    return { file: this.#options.file, bytes: this.#bytes, problem: this.#problem };
  }

  /** The number of a series in the store; undefined where it cannot be written. */
  idOf(subject: SeriesSubject, second: number): number | undefined {
    const key = `${subject.kind} ${subject.identity}`;
    const about = JSON.stringify(subject.about);
    const known = this.#ids.get(key);
    if (known?.about === about) return known.id;
    try {
      const id = this.#store?.series.idOf(subject, channelsOfKind[subject.kind], second);
      if (id !== undefined) this.#ids.set(key, { id, about });
      return id ?? known?.id;
    } catch (error) {
      this.#failed('name a series', error);
      return known?.id;
    }
  }

  second(second: number, row: ReadonlyMap<number, Int32Array>): void {
    const store = this.#storeNow();
    if (store === undefined) {
      this.#lostSeconds++;
      return;
    }
    try {
      store.blocks.append(second, row);
      this.#succeeded();
    } catch (error) {
      this.#lostSeconds++;
      this.#failed('write a second', error);
      return;
    }
    this.#writeWaiting();
    this.#tidy(store, second);
  }

  #tidy(store: HistoryStore, second: number): void {
    try {
      if (store.packNext(second)) this.#bytes = store.bytes();
      else store.coarsenNext(second);
      // Not all at the same second of the minute: packing is done with by then.
      if (second % THIN_EVERY_S === 20) this.#thin(store, second);
    } catch (error) {
      this.#failed('tidy up the store', error);
    }
  }

  #thin(store: HistoryStore, second: number): void {
    const { blackBoxes, isFull } = store.thin(this.#options.limits, second);
    this.#bytes = store.bytes();
    if (blackBoxes > 0)
      this.#log.warn(`${blackBoxes} black boxes had to make room: the store has reached its size`);
    if (isFull) this.#log.warn('the store is above its size with nothing left to give up');
  }

  incident(incident: Incident, detail?: IncidentDetail): void {
    this.#write(`incident ${incident.id}`, (store) => store.incidents.put(incident, detail));
  }

  blackBox(incident: string, box: BlackBox): void {
    this.#write(`the black box of ${incident}`, (store) => store.incidents.putBlackBox(incident, box));
  }

  #write(what: string, write: Waiting['write']): void {
    this.#waiting.push({ what, write });
    this.#writeWaiting();
    while (this.#waiting.length > MOST_WAITING) {
      const lost = this.#waiting.shift();
      this.#log.error(`lost: ${lost?.what} could not be written and there is no room to keep it`);
    }
  }

  #writeWaiting(): void {
    if (this.#store === undefined) return;
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      try {
        next.write(this.#store);
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
    if (isDamaged(error)) this.#giveUpDamaged();
    const nowMs = performance.now();
    if (nowMs - this.#complainedAtMs < COMPLAIN_EVERY_MS) return;
    this.#complainedAtMs = nowMs;
    this.#log.error(`${this.#options.file}: ${this.#problem}; observing goes on`, {
      waiting: this.#waiting.map(({ what }) => what).slice(0, 5),
    });
  }

  /** It is put aside, and a new one begun, with the next second. */
  #giveUpDamaged(): void {
    this.#foundDamaged = true;
    this.#openedAtMs = Number.NEGATIVE_INFINITY;
    this.#close();
  }

  #close(): void {
    try {
      this.#store?.[Symbol.dispose]();
    } catch (error) {
      this.#log.error(`${this.#options.file}: ${String(error)}`);
    }
    this.#store = undefined;
  }

  #succeeded(): void {
    if (this.#problem === null) return;
    this.#log.warn(`${this.#options.file}: writing again; ${this.#lostSeconds} seconds were not kept`);
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
      if (this.#problem === null) this.#store?.checkpoint();
    } catch (error) {
      this.#log.error(`${this.#options.file}: ${String(error)}`);
    }
    this.#close();
  }
}
