import { createContext, use, useEffect, useState } from 'react';
import { notMeasured } from '../../tcp/recording/channel.ts';
import { PaintLoop } from '../chart/paint-loop.ts';
import { liveRows, type Rows } from '../chart/rows.ts';
import { StoredSeries } from '../chart/stored-series.ts';
import { TimeView } from '../chart/time-view.ts';
import { heldSeconds, type LiveStore } from '../live/live-store.ts';
import { useLive } from '../live/use-live.ts';

/** For a lane's picture finer rows would be thinner than a pixel of a wide screen. */
const rowsOfLane = 1500;
/** An open lane has a whole day of seconds at hand, so that moving through it asks for nothing. */
const rowsOfDetail = 90_000;

/** What all charts of the page share: one stretch of time, one place where they are painted, one way to their rows. */
export class NowStage {
  readonly view = new TimeView();
  readonly loop = new PaintLoop();
  readonly #store: LiveStore;
  readonly #stored = new StoredSeries(rowsOfLane, () => this.#arrived());
  readonly #fine = new StoredSeries(rowsOfDetail, () => this.#arrived());
  readonly #arrivals = new Set<() => void>();

  constructor(store: LiveStore) {
    this.#store = store;
    this.view.now = store.latestSecond;
  }

  /** What a series was in the stretch that is shown: from memory where that reaches back far enough, else from the recorder's store. */
  rows(id: number): Rows {
    const { shown } = this.view;
    if (shown.from > this.#store.latestSecond - heldSeconds) {
      return liveRows(this.#store, id, shown.from, shown.to);
    }
    return this.#stored.rows(id, shown) ?? liveRows(this.#store, id, shown.from, shown.from);
  }

  /** A value of one second, or of the longer step that is kept of it; -1: nobody looked. */
  at(id: number, channel: string, second: number): { readonly value: number; readonly ofSeconds: number } {
    if (second > this.#store.latestSecond - heldSeconds) {
      return { value: this.#store.at(id, channel, second), ofSeconds: 1 };
    }
    const rows = this.rows(id);
    const row = Math.floor((second - rows.startSecond) / rows.stepSeconds);
    return { value: rows.column(channel)[row] ?? notMeasured, ofSeconds: rows.stepSeconds };
  }

  /** The same as fine as it is kept, and all that the axis spans. */
  fineRows(id: number): Rows {
    const { extent, shown } = this.view;
    if (shown.from > this.#store.latestSecond - heldSeconds) return this.rows(id);
    return this.#fine.rows(id, extent) ?? this.rows(id);
  }

  /** Called when rows have come that were asked for. */
  readonly onArrival = (call: () => void): (() => void) => {
    this.#arrivals.add(call);
    return () => this.#arrivals.delete(call);
  };

  #arrived(): void {
    this.loop.all();
    for (const call of this.#arrivals) call();
  }

  /** The second that numbers are of. */
  get second(): number {
    return (
      this.view.hover ?? (this.view.chosen === null ? this.#store.latestSecond : this.view.chosen.to - 1)
    );
  }

  start(): () => void {
    const ends = [
      this.loop.start(),
      this.#store.onSecond(() => {
        this.view.now = this.#store.latestSecond;
        this.loop.all();
      }),
      this.view.onChange(this.loop.all),
      this.view.onHover(this.loop.all),
    ];
    return () => {
      for (const end of ends) end();
    };
  }
}

export const StageContext = createContext<NowStage | undefined>(undefined);

export function useNewStage(): NowStage {
  const store = useLive();
  const [stage] = useState(() => new NowStage(store));
  useEffect(() => stage.start(), [stage]);
  return stage;
}

export function useStage(): NowStage {
  const stage = use(StageContext);
  if (stage === undefined) throw new Error('there is no stage above this component');
  return stage;
}
