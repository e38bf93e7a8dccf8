import { channelsOfKind, notMeasured, type SeriesKind } from '../../src/tcp/recording/channel.ts';
import type {
  FeedEvent,
  LiveSecond,
  LiveSubject,
  RecorderFeed,
  RecorderStatus,
} from '../../src/tcp/recording/feed.ts';
import type { Incident } from '../../src/tcp/recording/incident.ts';

/** A recorder without a kernel behind it: tests say what each second was like. */
export class FakeFeed implements RecorderFeed {
  readonly subjects = new Map<number, LiveSubject>();
  latest: LiveSecond | undefined;
  openIncidents: readonly Incident[] = [];
  status: RecorderStatus = {
    hostname: 'logs-2',
    kernelRelease: '6.18.44',
    tool: { name: 'halfopen', version: '0.1.0' },
    startedMs: 1_800_000_000_000,
    store: null,
    unseen: [],
    standing: [],
  };
  readonly #listeners = new Set<(event: FeedEvent) => void>();

  subscribe(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) listener(event);
  }

  addSubject(subject: LiveSubject): void {
    this.subjects.set(subject.id, subject);
    this.#tell({ kind: 'subjects', subjects: [subject] });
  }

  addListener(id: number, address: string, port: number, facts: LiveSubject['about'] = {}): void {
    const about = { namespace: 'host', inode: 4026531840, family: 'ipv4', address, port, ...facts };
    this.addSubject({ id, kind: 'listener', identity: `${about.namespace} ${address}:${port}`, about });
  }

  /** By id and channel name; channels that are not named were not measured. */
  second(atSecond: number, values: Readonly<Record<number, Readonly<Record<string, number>>>>): void {
    const rows = new Map<number, Int32Array>();
    for (const [id, byName] of Object.entries(values)) {
      const kind: SeriesKind = this.subjects.get(Number(id))?.kind ?? 'listener';
      rows.set(
        Number(id),
        Int32Array.from(channelsOfKind[kind], ({ name }) => byName[name] ?? notMeasured),
      );
    }
    this.latest = { atSecond, values: rows };
    this.#tell({ kind: 'second', second: this.latest });
  }

  tellStatus(status: RecorderStatus): void {
    this.status = status;
    this.#tell({ kind: 'status', status });
  }

  incident(incident: Incident): void {
    const others = this.openIncidents.filter(({ id }) => id !== incident.id);
    this.openIncidents = incident.closedMs === null ? [...others, incident] : others;
    this.#tell({ kind: 'incident', incident });
  }
}
