import type { Severity } from '../../tcp/finding.ts';
import type { Incident } from '../../tcp/recording/incident.ts';
import type { IncidentStep } from './otlp-logs.ts';

const REMEMBERED = 1000;

/** Which of the many times an incident is told of are news. */
export class IncidentSteps {
  readonly #told = new Map<string, Severity | 'closed'>();

  stepsOf(incident: Incident): readonly IncidentStep[] {
    const before = this.#told.get(incident.id);
    if (before === 'closed') return [];
    const now = incident.closedMs === null ? incident.severity : 'closed';
    this.#remember(incident.id, now);
    if (before === undefined) return now === 'closed' ? ['opened', 'closed'] : ['opened'];
    if (now === 'closed') return ['closed'];
    return now === before ? [] : ['severity_changed'];
  }

  #remember(id: string, now: Severity | 'closed'): void {
    // Told last, forgotten last.
    this.#told.delete(id);
    this.#told.set(id, now);
    if (this.#told.size <= REMEMBERED) return;
    const [oldest] = this.#told.keys();
    if (oldest !== undefined) this.#told.delete(oldest);
  }
}
