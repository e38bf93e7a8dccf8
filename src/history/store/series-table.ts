import type { Channel, SeriesKind } from '../../tcp/recording/channel.ts';
import type { Database } from './database.ts';

/** What a series is of; `about` is shown to people and may change (a program is restarted), `identity` may not. */
export interface SeriesSubject {
  readonly kind: SeriesKind;
  /** "web 0.0.0.0:80": the same listener after a restart goes on in the same series. */
  readonly identity: string;
  readonly about: Readonly<Record<string, string | number>>;
}

export interface StoredSeries extends SeriesSubject {
  readonly id: number;
  readonly channels: readonly string[];
  readonly firstSecond: number;
  readonly lastSecond: number;
}

interface Row {
  readonly id: number;
  readonly kind: SeriesKind;
  readonly identity: string;
  readonly channels: string;
  readonly about: string;
  readonly first_s: number;
  readonly last_s: number;
}

/** Which series there are. */
export class SeriesTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The number of a series, made where it is new. */
  idOf(subject: SeriesSubject, channels: readonly Channel[], second: number): number {
    const names = channels.map(({ name }) => name).join(' ');
    const row = this.#database
      .prepare(
        `INSERT INTO series (kind, identity, channels, about, first_s, last_s) VALUES (?, ?, ?, ?, ?, ?)
         ON CONFLICT (kind, identity, channels) DO UPDATE SET about = excluded.about, last_s = max(last_s, excluded.last_s)
         RETURNING id`,
      )
      .get(subject.kind, subject.identity, names, JSON.stringify(subject.about), second, second) as {
      id: number;
    };
    return row.id;
  }

  /** Called when seconds become blocks: a series was there until then. */
  seen(ids: Iterable<number>, second: number): void {
    const update = this.#database.prepare('UPDATE series SET last_s = max(last_s, ?) WHERE id = ?');
    for (const id of ids) update.run(second, id);
  }

  /** Those that have something at or after `sinceSecond`. */
  list(sinceSecond = 0): readonly StoredSeries[] {
    const rows = this.#database
      .prepare('SELECT * FROM series WHERE last_s >= ? ORDER BY kind, identity, id')
      .all(sinceSecond) as readonly Row[];
    return rows.map(({ id, kind, identity, channels, about, first_s, last_s }) => ({
      id,
      kind,
      identity,
      channels: channels.split(' '),
      about: JSON.parse(about),
      firstSecond: first_s,
      lastSecond: last_s,
    }));
  }
}
