import type { ApiEvents, ApiHello, ApiSecond, ApiSeriesList } from '../../contract/api.ts';
import { channelsOfKind, notMeasured, type SeriesKind } from '../../tcp/recording/channel.ts';
import type { LiveSubject, RecorderStatus } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import { getJson } from '../api/get-json.ts';
import { type Connection, EventFeed } from './event-feed.ts';
import { SecondsRing } from './seconds-ring.ts';

/** What the console holds of every series, in seconds: the five minutes it shows, and as much again to look back. */
export const heldSeconds = 600;
export const shownSeconds = 300;

/** What changes seldom: lists are drawn anew when it does, and not each second. */
export interface Overview {
  readonly connection: Connection;
  readonly status: RecorderStatus | undefined;
  readonly subjects: readonly LiveSubject[];
  /** Grows when what happened before has been filled in. */
  readonly filled: number;
  /** Open ones, and those that were told of since the page was opened; newest first. */
  readonly incidents: readonly Incident[];
}

/** All that the event stream has told, for every page of the console. */
export class LiveStore {
  overview: Overview = {
    connection: { status: 'connecting' },
    status: undefined,
    subjects: [],
    filled: 0,
    incidents: [],
  };
  /** 0: there was none yet. */
  latestSecond = 0;
  readonly feed: EventFeed;
  readonly #subjects = new Map<number, LiveSubject>();
  readonly #rings = new Map<number, SecondsRing>();
  readonly #channels = new Map<SeriesKind, ReadonlyMap<string, number>>();
  readonly #incidents = new Map<string, Incident>();
  readonly #overviewCalls = new Set<() => void>();
  readonly #secondCalls = new Set<() => void>();

  constructor() {
    for (const kind of Object.keys(channelsOfKind) as SeriesKind[])
      this.#nameChannels(kind, channelsOfKind[kind]);
    this.feed = new EventFeed({
      on: (kind, data) => this.#take(kind, data),
      connection: (connection) => this.#tellOverview({ connection }),
    });
  }

  readonly onOverview = (call: () => void): (() => void) => {
    this.#overviewCalls.add(call);
    return () => this.#overviewCalls.delete(call);
  };

  readonly onSecond = (call: () => void): (() => void) => {
    this.#secondCalls.add(call);
    return () => this.#secondCalls.delete(call);
  };

  /** A channel of a series from one second up to another. */
  read(id: number, channel: string, fromSecond: number, toSecond: number): Int32Array {
    const ring = this.#rings.get(id);
    return ring === undefined
      ? new Int32Array(Math.max(0, toSecond - fromSecond)).fill(notMeasured)
      : ring.read(this.#place(id, channel), fromSecond, toSecond);
  }

  /** -1: nobody looked. */
  at(id: number, channel: string, second = this.latestSecond): number {
    return this.#rings.get(id)?.at(this.#place(id, channel), second) ?? notMeasured;
  }

  #place(id: number, channel: string): number {
    const kind = this.#subjects.get(id)?.kind ?? 'listener';
    return this.#channels.get(kind)?.get(channel) ?? -1;
  }

  #take<K extends keyof ApiEvents>(kind: K, data: ApiEvents[K]): void {
    const takers: { readonly [E in keyof ApiEvents]: (data: ApiEvents[E]) => void } = {
      hello: (hello) => this.#hello(hello),
      second: (second) => this.#second(second),
      subjects: (subjects) => this.#addSubjects(subjects),
      incident: (incident) => this.#addIncidents([incident]),
      status: (status) => this.#tellOverview({ status }),
    };
    takers[kind](data);
  }

  #hello({ status, channels, subjects, second, openIncidents }: ApiHello): void {
    for (const kind of Object.keys(channels) as SeriesKind[]) this.#nameChannels(kind, channels[kind]);
    const known = status.startedMs === this.overview.status?.startedMs;
    // Ids are valid for one recorder: another one begins from nothing.
    if (!known) this.#forget();
    this.#tellOverview({ status });
    this.#addSubjects(subjects);
    this.#closeMissed(openIncidents);
    this.#addIncidents(openIncidents);
    if (second !== null) this.#second(second);
    void this.#fillIn(second?.atSecond);
  }

  #forget(): void {
    this.#subjects.clear();
    this.#rings.clear();
    this.#incidents.clear();
    this.latestSecond = 0;
  }

  /** What happened before the page was opened, or while the connection was lost, is in the store; without one it stays a gap. */
  async #fillIn(latest: number | undefined): Promise<void> {
    const to = latest ?? Math.floor(Date.now() / 1000);
    try {
      const { series } = await getJson<ApiSeriesList>(
        `series?from=${to - shownSeconds}&to=${to + 1}&rows=${2 * shownSeconds}`,
      );
      for (const { subject, channels, stepSeconds, startSecond, values } of series) {
        if (stepSeconds !== 1) continue;
        const ring = this.#ringOf(subject);
        const columns = channels.map(({ name }) => values[name] ?? []);
        const rows = columns[0]?.length ?? 0;
        const filled = new SecondsRing(columns.length, heldSeconds);
        for (let row = 0; row < rows; row++) {
          const at = startSecond + row;
          const seen = columns.map((column) => column[row] ?? notMeasured);
          const held = columns.map((_, place) => ring.at(place, at));
          filled.write(at, seen.some((value) => value !== notMeasured) ? seen : held);
        }
        for (let at = startSecond + rows; at <= this.latestSecond; at++) {
          filled.write(
            at,
            columns.map((_, place) => ring.at(place, at)),
          );
        }
        this.#rings.set(subject.id, filled);
      }
      this.#tellOverview({ filled: this.overview.filled + 1 });
      this.#tellSecond();
    } catch {
      // No store, or none that can be read: what is seen from now on is shown.
    }
  }

  #second({ atSecond, values }: ApiSecond): void {
    this.latestSecond = Math.max(this.latestSecond, atSecond);
    for (const [id, row] of Object.entries(values)) {
      const subject = this.#subjects.get(Number(id));
      if (subject !== undefined) this.#ringOf(subject).write(atSecond, row);
    }
    this.#tellSecond();
  }

  #ringOf({ id, kind }: LiveSubject): SecondsRing {
    const known = this.#rings.get(id);
    if (known !== undefined) return known;
    const ring = new SecondsRing(this.#channels.get(kind)?.size ?? 0, heldSeconds);
    this.#rings.set(id, ring);
    return ring;
  }

  #nameChannels(kind: SeriesKind, channels: readonly { readonly name: string }[]): void {
    this.#channels.set(kind, new Map(channels.map(({ name }, place) => [name, place])));
  }

  #addSubjects(subjects: readonly LiveSubject[]): void {
    for (const subject of subjects) this.#subjects.set(subject.id, subject);
    this.#tellOverview({ subjects: [...this.#subjects.values()] });
  }

  #addIncidents(incidents: readonly Incident[]): void {
    for (const incident of incidents) this.#incidents.set(incident.id, incident);
    const all = [...this.#incidents.values()].toSorted((a, b) => b.openedMs - a.openedMs);
    this.#tellOverview({ incidents: all });
  }

  /** Those that ended while nobody listened. */
  #closeMissed(open: readonly Incident[]): void {
    for (const incident of this.#incidents.values()) {
      if (incident.closedMs !== null || open.some(({ id }) => id === incident.id)) continue;
      this.#incidents.set(incident.id, { ...incident, closedMs: incident.updatedMs });
    }
  }

  #tellOverview(part: Partial<Overview>): void {
    this.overview = { ...this.overview, ...part };
    for (const call of this.#overviewCalls) call();
  }

  #tellSecond(): void {
    for (const call of this.#secondCalls) call();
  }
}
