import { formatEndpoint } from '../../base/ip-text.ts';
import type { WatchNamespace, WatchRow } from '../../report/watch/watch-model.ts';
import { channelsOfKind, notMeasured } from '../../tcp/recording/channel.ts';
import type { LiveSecond, LiveSubject, RecorderFeed } from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';

const SECONDS = 60;

type Values = Readonly<Record<string, number | undefined>>;

interface Past {
  readonly peaks: (number | undefined)[];
  readonly drops: number[];
}

/** The last minute of each listener, which a feed does not keep. */
export class ListenerBook {
  readonly #past = new Map<number, Past>();
  readonly #namespaces = new Map<number, Values>();

  /** To be called for each second once. */
  add({ values }: LiveSecond, subjects: ReadonlyMap<number, LiveSubject>): void {
    for (const id of this.#past.keys()) if (!subjects.has(id)) this.#past.delete(id);
    for (const id of this.#namespaces.keys()) if (!subjects.has(id)) this.#namespaces.delete(id);
    for (const subject of subjects.values()) {
      if (subject.kind === 'host') continue;
      const now = valuesOf(subject, values);
      if (subject.kind === 'namespace') this.#addNamespace(subject.id, now);
      else this.#addListener(subject.id, now);
    }
  }

  /** What is not measured each second stays as it was. */
  #addNamespace(id: number, now: Values): void {
    const before = this.#namespaces.get(id) ?? {};
    const known = Object.entries(now).filter(([, value]) => value !== undefined);
    this.#namespaces.set(id, { ...before, ...Object.fromEntries(known) });
  }

  #addListener(id: number, { queueMax, drops }: Values): void {
    const past = this.#past.get(id) ?? { peaks: [], drops: [] };
    this.#past.set(id, past);
    past.peaks.push(queueMax);
    past.drops.push(drops ?? 0);
    if (past.peaks.length > SECONDS) past.peaks.shift();
    if (past.drops.length > SECONDS) past.drops.shift();
  }

  rows({ subjects, latest, openIncidents }: RecorderFeed): readonly WatchRow[] {
    const { values = new Map() } = latest ?? {};
    return [...subjects.values()]
      .filter(({ kind }) => kind === 'listener')
      .map((subject) => this.#row(subject, valuesOf(subject, values), openIncidents));
  }

  #row(subject: LiveSubject, now: Values, open: readonly Incident[]): WatchRow {
    const { namespace = '', address = '', port = 0, process, pid } = subject.about;
    const listener = formatEndpoint(String(address), Number(port));
    const past = this.#past.get(subject.id);
    // A copy: a picture that is paused must not move.
    const peaks = [...(past?.peaks ?? [])];
    return {
      id: subject.id,
      listener,
      namespace: String(namespace),
      process: process === undefined ? undefined : String(process),
      pid: pid === undefined ? undefined : Number(pid),
      length: now.queueMax,
      limit: now.limit,
      peaks,
      peak: peaks.reduce((most: number, value) => Math.max(most, value ?? 0), 0),
      dropsPerMinute: (past?.drops ?? []).reduce((sum, value) => sum + value, 0),
      now,
      incidents: open.filter((one) => one.namespace === namespace && one.subject === listener),
    };
  }

  namespaces({ subjects }: RecorderFeed): readonly WatchNamespace[] {
    return [...subjects.values()]
      .filter(({ kind }) => kind === 'namespace')
      .map(({ id, about }) => ({ name: String(about.name ?? ''), now: this.#namespaces.get(id) ?? {} }));
  }
}

function valuesOf({ id, kind }: LiveSubject, values: ReadonlyMap<number, Int32Array>): Values {
  const row = values.get(id);
  return Object.fromEntries(
    channelsOfKind[kind].map(({ name }, at) => {
      const value = row?.[at] ?? notMeasured;
      return [name, value === notMeasured ? undefined : value];
    }),
  );
}
