import { randomBytes } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Observation } from '../../../tcp/observation.ts';
import { readingValue } from '../../../tcp/reading.ts';
import type { IncidentDetail } from '../../../tcp/recording/incident-detail.ts';
import type { Report } from '../../../tcp/report.ts';
import type { FeedHub } from '../feed-hub.ts';
import type { Judged } from '../judging/judge-window.ts';
import type { HistoryWriter } from '../keeping/history-writer.ts';
import type { RecorderLog } from '../recorder-options.ts';
import type { HostWatch } from '../sampling/host-watch.ts';
import { BEFORE_MS, type BlackBox, type BlackBoxCollection } from './black-box.ts';
import { type Change, IncidentBook, isStanding, type OpenIncident } from './incident-book.ts';
import { magnitudeOf, peersOf, traceCounts } from './incident-facts.ts';

const MOST_LOG_LINES = 50;
/** By then those who were not let in have tried again. */
const SOON_MS = 3000;

export interface KeeperOptions {
  readonly clock: Clock;
  readonly log: RecorderLog;
  readonly hub: FeedHub;
  readonly host: HostWatch;
  readonly writer: HistoryWriter | undefined;
  readonly tool: Observation['tool'];
}

/** What is kept of an open incident in memory. */
interface Kept {
  readonly collection: BlackBoxCollection;
  readonly place: string;
  /** How often its black box was written after the opening: once soon, and when it is complete. */
  written: number;
  detail: IncidentDetail;
}

/** Turns judgements into incidents: opens, keeps the worst moment and the packets around the opening, closes, and tells everybody. */
export class IncidentKeeper {
  readonly #options: KeeperOptions;
  readonly #book = new IncidentBook(newId);
  readonly #kept = new Map<string, Kept>();
  readonly #standing = new Map<number, { finding: string; namespace: string; title: string }[]>();

  constructor(options: KeeperOptions) {
    this.#options = options;
  }

  hasOpen(namespaceInode: number): boolean {
    return this.#book.open.some(({ finding }) => finding.namespace === namespaceInode);
  }

  /** Whether anything is happening there. */
  judged({ observation, report }: Judged, name: string, because: string, blackBox: BlackBox): boolean {
    const atMs = this.#options.clock.nowMs();
    const namespaceInode = observation.namespaces[0]?.inode ?? 0;
    const { findings } = report;
    const changes = this.#book.judged({
      atMs,
      namespaceInode,
      namespace: name,
      findings,
      unknown: new Set(report.unknowns.map(({ rule }) => rule)),
      because,
      magnitudeOf: (finding) => magnitudeOf(finding, observation),
    });
    for (const change of changes) this.#apply(change, { observation, report, name, blackBox });
    const standing = findings
      .filter(isStanding)
      .map(({ id, title }) => ({ finding: id, namespace: name, title }));
    this.#tellStanding(namespaceInode, standing);
    return findings.some((finding) => !isStanding(finding));
  }

  #tellStanding(inode: number, standing: { finding: string; namespace: string; title: string }[]): void {
    if (standing.length === 0) this.#standing.delete(inode);
    else this.#standing.set(inode, standing);
    this.#options.hub.setStatus({ standing: [...this.#standing.values()].flat() });
  }

  #apply(
    { what, open }: Change,
    seen: {
      readonly observation: Observation;
      readonly report: Report;
      readonly name: string;
      readonly blackBox: BlackBox;
    },
  ): void {
    if (what === 'closed') this.#closed(open);
    else if (what === 'seen') this.#tell(open, undefined);
    else {
      const before = this.#kept.get(open.incident.id);
      const collection = before?.collection ?? seen.blackBox.collect(open.incident.openedMs);
      const detail = this.#detail(open, seen.observation, seen.report, collection);
      this.#kept.set(open.incident.id, {
        collection,
        place: seen.name,
        written: before?.written ?? 0,
        detail,
      });
      if (what === 'opened') this.#options.log.warn(`incident ${open.incident.id}: ${open.incident.title}`);
      this.#tell(open, detail);
      if (what === 'opened') this.#writeBlackBox(open.incident.id, open.incident.title);
    }
  }

  #detail(
    open: OpenIncident,
    observation: Observation,
    report: Report,
    collection: BlackBoxCollection,
  ): IncidentDetail {
    const fromMs = open.incident.openedMs - BEFORE_MS;
    const traced = this.#options.host.tracedSince(fromMs);
    const logged = readingValue(this.#options.host.kernelLogSince(fromMs)) ?? [];
    return {
      detailVersion: 1,
      openedBecause: open.openedBecause,
      seen: open.seen,
      finding: open.finding,
      report,
      peers: peersOf(open.finding, observation),
      kernelLog: logged.filter(({ inWindow }) => inWindow).slice(-MOST_LOG_LINES),
      ...(traced === undefined ? {} : { trace: traceCounts(open.finding, traced) }),
      blackBox: collection.note,
    };
  }

  #tell({ incident }: OpenIncident, detail: IncidentDetail | undefined): void {
    this.#options.writer?.incident(incident, detail);
    this.#options.hub.incident(incident);
  }

  #closed(open: OpenIncident): void {
    const { incident } = open;
    const kept = this.#kept.get(incident.id);
    if (kept && kept.written < 2) this.#writeBlackBox(incident.id, incident.title);
    const detail = kept && { ...kept.detail, seen: open.seen, blackBox: kept.collection.note };
    this.#kept.delete(incident.id);
    this.#tell(open, detail);
    const lastedS = Math.round((incident.updatedMs - incident.openedMs) / 1000);
    this.#options.log.info(`incident ${incident.id} is over after ${lastedS} s: ${incident.title}`);
  }

  /** Once a second: packets that came since, until ten seconds after the opening. They are written when three seconds have passed, and at the end. */
  second(): void {
    const nowAtMs = this.#options.clock.nowMs();
    for (const open of this.#book.open) {
      const kept = this.#kept.get(open.incident.id);
      if (kept === undefined || kept.written >= 2) continue;
      kept.collection.take();
      const isComplete = kept.collection.isComplete(nowAtMs);
      const isSoon = kept.written === 0 && nowAtMs - open.incident.openedMs >= SOON_MS;
      if (!isComplete && !isSoon) continue;
      kept.written = isComplete ? 2 : 1;
      kept.detail = { ...kept.detail, blackBox: kept.collection.note };
      this.#tell(open, kept.detail);
      this.#writeBlackBox(open.incident.id, open.incident.title);
    }
  }

  #writeBlackBox(id: string, title: string): void {
    const kept = this.#kept.get(id);
    const { writer, tool, clock } = this.#options;
    if (kept === undefined || writer === undefined) return;
    kept.collection.take();
    const application = `${tool.name} ${tool.version}`;
    const file = kept.collection.file({ application, place: kept.place, title }, clock.nowMs());
    if (file !== undefined) writer.blackBox(id, file);
  }

  /** A namespace that is gone, or (undefined) the end of the recorder. */
  closeAll(namespaceInode?: number): void {
    for (const { open } of this.#book.closeAll(namespaceInode)) this.#closed(open);
    if (namespaceInode !== undefined) this.#tellStanding(namespaceInode, []);
  }
}

/** "20261121-031207-a1b2", UTC: in the order of time. */
function newId(atMs: number): string {
  const stamp = new Date(atMs)
    .toISOString()
    .replaceAll(/[-:]|\.\d+Z$/g, '')
    .replace('T', '-');
  return `${stamp}-${randomBytes(2).toString('hex')}`;
}
