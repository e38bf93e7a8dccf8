import { type Finding, type FindingId, severities } from '../../../tcp/finding.ts';
import type { Incident } from '../../../tcp/recording/incident.ts';

/** An incident stays open so long after it was last seen: what comes back within it is the same one. */
export const CLOSES_AFTER_MS = 30_000;

/** Findings that are a state of the host rather than something that happens: told, but no incident. */
const standingFindings: ReadonlySet<FindingId> = new Set([
  'backlog-capped',
  'syncookies-off',
  'syncookies-always',
  'abort-on-overflow',
  'no-keepalive',
  'namespace-sysctl-mismatch',
]);

export function isStanding({ id, severity }: Finding): boolean {
  return standingFindings.has(id) || severity === 'info';
}

export interface OpenIncident {
  readonly incident: Incident;
  readonly finding: Finding;
  readonly openedBecause: string;
  readonly seen: number;
  readonly magnitude: number;
}

export interface Change {
  readonly what: 'opened' | 'worse' | 'seen' | 'closed';
  readonly open: OpenIncident;
}

/** One judgement of one namespace. */
export interface JudgedFindings {
  readonly atMs: number;
  readonly namespaceInode: number;
  readonly namespace: string;
  readonly findings: readonly Finding[];
  /** What could not be judged this time is not taken as over. */
  readonly unknown: ReadonlySet<FindingId>;
  readonly because: string;
  /** How bad a finding is among those of its kind: the worst moment's report is kept. */
  readonly magnitudeOf: (finding: Finding) => number;
}

/** Findings that come and go, as incidents: opened by the first, closed when a judgement no longer finds them 30 s later. */
export class IncidentBook {
  readonly #open = new Map<string, OpenIncident>();
  readonly #newId: (atMs: number) => string;

  constructor(newId: (atMs: number) => string) {
    this.#newId = newId;
  }

  get open(): readonly OpenIncident[] {
    return [...this.#open.values()];
  }

  judged(judgement: JudgedFindings): readonly Change[] {
    const happening = judgement.findings.filter((finding) => !isStanding(finding));
    const found = new Set(happening.map((finding) => keyOf(judgement.namespaceInode, finding)));
    const changes = happening.map((finding) => this.#see(finding, judgement));
    return [...changes, ...this.#closeMissing(found, judgement)];
  }

  #see(finding: Finding, { atMs, namespaceInode, namespace, because, magnitudeOf }: JudgedFindings): Change {
    const key = keyOf(namespaceInode, finding);
    const known = this.#open.get(key);
    const magnitude = magnitudeOf(finding);
    const { severity, title } = finding;
    if (known === undefined) {
      const incident: Incident = {
        id: this.#newId(atMs),
        openedMs: atMs,
        closedMs: null,
        updatedMs: atMs,
        worstMs: atMs,
        finding: finding.id,
        severity,
        namespace,
        subject: subjectText(finding),
        title,
      };
      return this.#keep(key, 'opened', { incident, finding, openedBecause: because, seen: 1, magnitude });
    }
    const seen = known.seen + 1;
    if (!isWorse({ severity, magnitude }, known)) {
      const incident = { ...known.incident, updatedMs: atMs };
      return this.#keep(key, 'seen', { ...known, incident, seen });
    }
    const incident = { ...known.incident, updatedMs: atMs, worstMs: atMs, severity, title };
    return this.#keep(key, 'worse', { ...known, incident, finding, seen, magnitude });
  }

  #keep(key: string, what: Change['what'], open: OpenIncident): Change {
    this.#open.set(key, open);
    return { what, open };
  }

  #closeMissing(
    found: ReadonlySet<string>,
    { atMs, namespaceInode, unknown }: JudgedFindings,
  ): readonly Change[] {
    const over = [...this.#open].filter(
      ([key, { incident, finding }]) =>
        finding.namespace === namespaceInode &&
        !found.has(key) &&
        !unknown.has(finding.id) &&
        atMs - incident.updatedMs >= CLOSES_AFTER_MS,
    );
    return over.map(([key, open]) => this.#close(key, open));
  }

  /** All of a namespace that is gone, or (undefined) of a recorder that ends. */
  closeAll(namespaceInode?: number): readonly Change[] {
    return [...this.#open]
      .filter(([, { finding }]) => namespaceInode === undefined || finding.namespace === namespaceInode)
      .map(([key, open]) => this.#close(key, open));
  }

  /** It was over when it was last seen. */
  #close(key: string, open: OpenIncident): Change {
    this.#open.delete(key);
    return {
      what: 'closed',
      open: { ...open, incident: { ...open.incident, closedMs: open.incident.updatedMs } },
    };
  }
}

function isWorse(
  now: { readonly severity: Finding['severity']; readonly magnitude: number },
  known: OpenIncident,
): boolean {
  const [rank, before] = [severities.indexOf(now.severity), severities.indexOf(known.incident.severity)];
  return rank < before || (rank === before && now.magnitude > known.magnitude);
}

/** The same trouble of the same thing; which process it is may change when it is restarted. */
function keyOf(namespaceInode: number, finding: Finding): string {
  return `${namespaceInode} ${finding.id} ${subjectText(finding)}`;
}

/** "0.0.0.0:24224", a destination, an interface: what the finding is about, without the process that owns it. */
export function subjectText({ subject }: Finding): string {
  const { listener, destination, interface: link, process, sysctl } = subject;
  return listener ?? destination ?? link ?? process ?? sysctl ?? Object.values(subject)[0] ?? '';
}
