import type {
  FeedEvent,
  LiveSecond,
  LiveSubject,
  RecorderFeed,
  RecorderStatus,
} from '../../tcp/recording/feed.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { RecorderLog } from './recorder-options.ts';

/** Tells those who look on. */
export class FeedHub implements RecorderFeed {
  #subjects = new Map<number, LiveSubject>();
  #latest: LiveSecond | undefined;
  #openIncidents = new Map<string, Incident>();
  #status: RecorderStatus;
  readonly #listeners = new Set<(event: FeedEvent) => void>();
  readonly #log: RecorderLog;

  constructor(status: RecorderStatus, log: RecorderLog) {
    this.#status = status;
    this.#log = log;
  }

  get subjects(): ReadonlyMap<number, LiveSubject> {
    return this.#subjects;
  }

  get latest(): LiveSecond | undefined {
    return this.#latest;
  }

  get openIncidents(): readonly Incident[] {
    return [...this.#openIncidents.values()];
  }

  get status(): RecorderStatus {
    return this.#status;
  }

  subscribe(listener: (event: FeedEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #tell(event: FeedEvent): void {
    for (const listener of this.#listeners) {
      try {
        listener(event);
      } catch (error) {
        this.#log.error('somebody who looks on failed', { error: String(error) });
      }
    }
  }

  /** All subjects of a second, and the second. */
  second(subjects: ReadonlyMap<number, LiveSubject>, second: LiveSecond): void {
    const news = [...subjects.values()].filter(
      (subject) => !isKnown(this.#subjects.get(subject.id), subject),
    );
    this.#subjects = new Map(subjects);
    if (news.length > 0) this.#tell({ kind: 'subjects', subjects: news });
    this.#latest = second;
    this.#tell({ kind: 'second', second });
  }

  incident(incident: Incident): void {
    if (incident.closedMs === null) this.#openIncidents.set(incident.id, incident);
    else this.#openIncidents.delete(incident.id);
    this.#tell({ kind: 'incident', incident });
  }

  setStatus(part: Partial<RecorderStatus>): void {
    const status = { ...this.#status, ...part };
    if (JSON.stringify(status) === JSON.stringify(this.#status)) return;
    this.#status = status;
    this.#tell({ kind: 'status', status });
  }
}

function isKnown(known: LiveSubject | undefined, subject: LiveSubject): boolean {
  if (known === undefined || known === subject) return known !== undefined;
  const names = Object.keys(subject.about);
  return (
    names.length === Object.keys(known.about).length &&
    names.every((name) => known.about[name] === subject.about[name])
  );
}
