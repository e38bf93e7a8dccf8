import { deflateRawSync, inflateRawSync } from 'node:zlib';
import type { Incident } from '../../tcp/recording/incident.ts';
import { type Blob, bytesOf, type Database } from './database.ts';

export interface BlackBox {
  readonly fromMs: number;
  readonly toMs: number;
  readonly pcapng: Uint8Array;
}

export interface IncidentQuery {
  /** Those that were open at or after it. */
  readonly sinceMs?: number;
  readonly most?: number;
}

interface Row {
  readonly id: string;
  readonly opened_ms: number;
  readonly closed_ms: number | null;
  readonly updated_ms: number;
  readonly worst_ms: number;
  readonly finding: Incident['finding'];
  readonly severity: Incident['severity'];
  readonly namespace: string;
  readonly subject: string;
  readonly title: string;
}

const columns =
  'id, opened_ms, closed_ms, updated_ms, worst_ms, finding, severity, namespace, subject, title';

/** A report with everything in it deflates to some 10 KiB. */
const MOST_DETAIL_BYTES = 64 * 1024 ** 2;

/** Incidents, newest first, with what was kept of each. */
export class IncidentTable {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  /** New, or as it is by now; `detail` undefined: what is kept of its worst moment stays. */
  put(incident: Incident, detail?: unknown): void {
    const { id, openedMs, closedMs, updatedMs, worstMs, finding, severity, namespace, subject, title } =
      incident;
    if (detail === undefined) {
      this.#database
        .prepare('UPDATE incident SET closed_ms = ?, updated_ms = ? WHERE id = ?')
        .run(closedMs, updatedMs, id);
      return;
    }
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO incident (${columns}, detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        ...[id, openedMs, closedMs, updatedMs, worstMs, finding, severity, namespace, subject, title],
        deflateRawSync(JSON.stringify(detail)),
      );
  }

  putBlackBox(incident: string, { fromMs, toMs, pcapng }: BlackBox): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO black_box (incident, from_ms, to_ms, pcapng) VALUES (?, ?, ?, ?)')
      .run(incident, fromMs, toMs, Buffer.from(pcapng));
  }

  list({ sinceMs = 0, most = 1000 }: IncidentQuery = {}): readonly Incident[] {
    const rows = this.#database
      .prepare(
        `SELECT ${columns} FROM incident WHERE coalesce(closed_ms, updated_ms) >= ? ORDER BY opened_ms DESC, id DESC LIMIT ?`,
      )
      .all(sinceMs, most) as readonly Row[];
    return rows.map(incidentOf);
  }

  get(id: string): Incident | undefined {
    const row = this.#database.prepare(`SELECT ${columns} FROM incident WHERE id = ?`).get(id) as
      | Row
      | undefined;
    return row && incidentOf(row);
  }

  /** What was kept of its worst moment; undefined where it is damaged. */
  detail(id: string): unknown {
    const row = this.#database.prepare('SELECT detail FROM incident WHERE id = ?').get(id) as
      | { detail: Blob }
      | undefined;
    if (row === undefined) return undefined;
    try {
      return JSON.parse(
        inflateRawSync(bytesOf(row.detail), { maxOutputLength: MOST_DETAIL_BYTES }).toString('utf8'),
      );
    } catch {
      return undefined;
    }
  }

  blackBox(id: string): BlackBox | undefined {
    const row = this.#database
      .prepare('SELECT from_ms, to_ms, pcapng FROM black_box WHERE incident = ?')
      .get(id) as { from_ms: number; to_ms: number; pcapng: Blob } | undefined;
    return row && { fromMs: row.from_ms, toMs: row.to_ms, pcapng: bytesOf(row.pcapng) };
  }

  /** Those that a recorder left open when it ended: over, as far as anybody knows. */
  closeLeftOpen(): readonly Incident[] {
    const open = (
      this.#database
        .prepare(`SELECT ${columns} FROM incident WHERE closed_ms IS NULL`)
        .all() as readonly Row[]
    ).map(incidentOf);
    this.#database.prepare('UPDATE incident SET closed_ms = updated_ms WHERE closed_ms IS NULL').run();
    return open;
  }

  /** Closed before `ms`, with their black boxes; how many. */
  removeClosedBefore(ms: number): number {
    this.#database
      .prepare(
        'DELETE FROM black_box WHERE incident IN (SELECT id FROM incident WHERE closed_ms IS NOT NULL AND closed_ms < ?)',
      )
      .run(ms);
    return this.#database
      .prepare('DELETE FROM incident WHERE closed_ms IS NOT NULL AND closed_ms < ?')
      .run(ms).changes;
  }

  /** The oldest black box is the first to go when there is no room; its incident stays. Whether there was one. */
  removeOldestBlackBox(): boolean {
    const { changes } = this.#database
      .prepare(
        'DELETE FROM black_box WHERE incident = (SELECT incident FROM black_box ORDER BY from_ms LIMIT 1)',
      )
      .run();
    return changes > 0;
  }
}

function incidentOf(row: Row): Incident {
  const { id, finding, severity, namespace, subject, title } = row;
  return {
    id,
    openedMs: row.opened_ms,
    closedMs: row.closed_ms,
    updatedMs: row.updated_ms,
    worstMs: row.worst_ms,
    finding,
    severity,
    namespace,
    subject,
    title,
  };
}
