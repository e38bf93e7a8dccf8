import { formatEndpoint } from '../../base/ip-text.ts';
import { channelsOfKind, notMeasured, type SeriesKind } from '../../tcp/recording/channel.ts';
import type { LiveSecond, LiveSubject } from '../../tcp/recording/feed.ts';
import { labelText, namespaceLabel, other } from './label-text.ts';
import { type Labels, labelsOfKind } from './metric.ts';
import { SeriesRow } from './series-row.ts';

/** A listener that is gone keeps its row so long, and nobody loses it who had trouble so recently. */
const KEPT_SECONDS = 3600;

interface Candidate {
  readonly subject: LiveSubject;
  readonly key: string;
  readonly values: Int32Array;
  readonly trouble: number;
  readonly fill: number;
}

/**
 * Which series have a row of their own, at most `most`, and what each has counted.
 *
 * A second of a series is added to exactly one row, to its own or to `other`, and to `whole`. Totals never move between rows: `other` only
 * grows, and does not jump by an ended row's past, which a rate would take for something that happens now. A row ends when its series
 * has been gone for an hour, or to make room for one in trouble, if it has had none for an hour; if it comes again it counts from 0, as after
 * a restart. `whole` never goes back.
 */
export class SeriesRows {
  readonly whole: SeriesRow;
  readonly #kind: SeriesKind;
  readonly #most: number;
  readonly #other: SeriesRow;
  readonly #rows = new Map<string, SeriesRow>();
  readonly #keys = new WeakMap<LiveSubject, string>();
  #seen = 0;
  #foldedSeries = 0;
  #everFolded = false;

  constructor(kind: SeriesKind, most: number, startMs: number) {
    this.#kind = kind;
    this.#most = most;
    const channels = channelsOfKind[kind].length;
    this.whole = new SeriesRow({ labels: {}, startMs, channels });
    const labels = Object.fromEntries(labelsOfKind[kind].map((name) => [name, other]));
    this.#other = new SeriesRow({ labels, startMs, channels });
  }

  /** Those with a row of their own. */
  get own(): Iterable<SeriesRow> {
    return this.#rows.values();
  }

  /** Undefined: there always was room for all. */
  get other(): SeriesRow | undefined {
    return this.#everFolded ? this.#other : undefined;
  }

  /** Series of the last second. */
  get seen(): number {
    return this.#seen;
  }

  /** Those of them without a row of their own. */
  get foldedSeries(): number {
    return this.#foldedSeries;
  }

  count(second: LiveSecond, subjects: ReadonlyMap<number, LiveSubject>, nowMs: number): void {
    for (const row of [this.whole, this.#other, ...this.#rows.values()]) row.begin();
    this.#seen = 0;
    const waiting: Candidate[] = [];
    for (const [id, values] of second.values) {
      const subject = subjects.get(id);
      if (subject?.kind !== this.#kind) continue;
      const candidate = { subject, key: this.#keyOf(subject), values, ...rank(this.#kind, values) };
      this.#seen++;
      this.#add(this.whole, candidate);
      const row = this.#rows.get(candidate.key);
      if (row === undefined) waiting.push(candidate);
      else this.#add(row, candidate);
    }
    this.#endRows();
    this.#place(waiting, nowMs);
  }

  #place(waiting: Candidate[], nowMs: number): void {
    this.#foldedSeries = 0;
    waiting.sort((a, b) => b.trouble - a.trouble || b.fill - a.fill || a.subject.id - b.subject.id);
    for (const candidate of waiting) {
      const row = this.#rows.get(candidate.key) ?? this.#rowFor(candidate, nowMs);
      this.#add(row ?? this.#other, candidate);
      if (row !== undefined) continue;
      this.#foldedSeries++;
      this.#everFolded = true;
    }
  }

  #rowFor({ subject, key, trouble }: Candidate, nowMs: number): SeriesRow | undefined {
    if (this.#rows.size >= this.#most) {
      const quietest = trouble > 0 ? this.#quietest() : undefined;
      if (quietest === undefined) return undefined;
      this.#rows.delete(quietest);
    }
    const channels = channelsOfKind[this.#kind].length;
    const row = new SeriesRow({ labels: labelsOf(subject), startMs: nowMs, channels });
    this.#rows.set(key, row);
    return row;
  }

  /** The key of the row that can best be done without; undefined: all have had trouble within the hour. */
  #quietest(): string | undefined {
    let found: { readonly key: string; readonly row: SeriesRow } | undefined;
    for (const [key, row] of this.#rows) {
      if (row.secondsQuiet < KEPT_SECONDS) continue;
      if (found === undefined || isQuieter(row, found.row)) found = { key, row };
    }
    return found?.key;
  }

  #endRows(): void {
    for (const [key, row] of this.#rows) if (row.secondsGone > KEPT_SECONDS) this.#rows.delete(key);
  }

  #add(row: SeriesRow, { values, trouble, subject }: Candidate): void {
    const peak = this.#kind === 'listener' ? at(values, queue.max) : notMeasured;
    row.add(values, { peak, trouble, about: subject.about });
  }

  #keyOf(subject: LiveSubject): string {
    const known = this.#keys.get(subject);
    if (known !== undefined) return known;
    const key = Object.values(labelsOf(subject)).join('\n');
    this.#keys.set(subject, key);
    return key;
  }
}

function isQuieter(row: SeriesRow, than: SeriesRow): boolean {
  if (row.secondsGone !== than.secondsGone) return row.secondsGone > than.secondsGone;
  return row.secondsQuiet > than.secondsQuiet;
}

function labelsOf({ kind, about }: LiveSubject): Labels {
  if (kind === 'host') return {};
  if (kind === 'namespace') return { namespace: namespaceLabel(String(about.name ?? '')) };
  return {
    namespace: namespaceLabel(String(about.namespace ?? '')),
    listener: labelText(formatEndpoint(String(about.address ?? ''), Number(about.port ?? 0))),
  };
}

const indexOf = (kind: SeriesKind, channel: string): number =>
  channelsOfKind[kind].findIndex(({ name }) => name === channel);
const queue = {
  max: indexOf('listener', 'queueMax'),
  limit: indexOf('listener', 'limit'),
  full: indexOf('listener', 'fullShare'),
  drops: indexOf('listener', 'drops'),
};
const namespaceTrouble = ['listenOverflows', 'listenDrops', 'requestQueueFullDrops', 'timeWaitOverflows'].map(
  (name) => indexOf('namespace', name),
);

/** Who is shown where not all can be: those that drop most, then the fullest queues (of namespaces: the busiest). */
function rank(kind: SeriesKind, values: Int32Array): { readonly trouble: number; readonly fill: number } {
  if (kind === 'host') return { trouble: 0, fill: 0 };
  if (kind === 'namespace') {
    const trouble = namespaceTrouble.reduce((sum, channel) => sum + Math.max(0, at(values, channel)), 0);
    return { trouble, fill: at(values, indexOf('namespace', 'established')) };
  }
  const full = at(values, queue.full) > 0 ? 1 : 0;
  const fill = at(values, queue.max) / Math.max(1, at(values, queue.limit));
  return { trouble: Math.max(full, at(values, queue.drops)), fill };
}

function at(values: Int32Array, channel: number): number {
  return values[channel] ?? notMeasured;
}
