import type { FindingId } from '../../tcp/finding.ts';
import type { Incident } from '../../tcp/recording/incident.ts';

const REMEMBERED = 1000;

/** How many incidents have opened, each counted once however often it is told of. */
export class IncidentCount {
  readonly opened = new Map<FindingId, number>();
  readonly #known: Set<string>;

  constructor(open: readonly Incident[]) {
    this.#known = new Set(open.map(({ id }) => id));
    for (const incident of open) this.#increase(incident);
  }

  tell(incident: Incident): void {
    if (!this.#known.has(incident.id)) this.#increase(incident);
    // Told last, forgotten last.
    this.#known.delete(incident.id);
    this.#known.add(incident.id);
    if (this.#known.size <= REMEMBERED) return;
    const [oldest] = this.#known;
    if (oldest !== undefined) this.#known.delete(oldest);
  }

  #increase({ finding }: Incident): void {
    this.opened.set(finding, (this.opened.get(finding) ?? 0) + 1);
  }
}
