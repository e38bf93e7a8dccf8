import type { Clock } from '../../../base/clock.ts';
import { buildReport } from '../../../diagnosis/build-report.ts';
import { diagnose } from '../../../diagnosis/diagnose.ts';
import { allRules } from '../../../diagnosis/rules/all-rules.ts';
import type { KernelLogEvent, Observation, PacketSample, SoftnetRow } from '../../../tcp/observation.ts';
import { absent, mapReading, type Reading } from '../../../tcp/reading.ts';
import type { Report } from '../../../tcp/report.ts';
import { hostFacts } from '../../observe/host-facts.ts';
import { OwnerWatch } from '../../observe/owner-watch.ts';
import type { RecorderLog } from '../recorder-options.ts';
import type { ObservationWindow } from './observation-window.ts';

/** How long processes are watched before the window ends. */
const SETTLE_MS = 500;
const LOOK_INTERVAL_MS = 100;
/** Owners of conspicuous sockets are looked for among so many descriptors, at 3 us each: most are the listener's. */
const MOST_DESCRIPTORS = 2000;

/** What is of the host, not of one namespace. */
export interface HostEvidence {
  readonly tool: Observation['tool'];
  readonly clock: Clock;
  readonly log: RecorderLog;
  readonly owners: Map<number, readonly number[]>;
  readonly kernelLogSince: (ms: number) => Reading<readonly KernelLogEvent[]>;
  readonly softnetAt: (ms: number) => Reading<readonly SoftnetRow[]>;
}

export interface Judged {
  readonly observation: Observation;
  readonly report: Report;
}

/**
 * Lets the window run for another half second, in which the owners of its listeners are watched, ends it and judges it by the doctor's
 * rules. Those about the host as a whole are left to the host's own namespace. Without `mayWalk` sockets are not counted: rules that need that
 * say so.
 */
export async function judgeWindow(
  window: ObservationWindow,
  host: HostEvidence,
  packets: () => Reading<PacketSample>,
  mayWalk: boolean,
): Promise<Judged> {
  const { clock } = host;
  const { observer } = window;
  const elapsed = (): number => clock.monotonicMs() - window.beganMs;
  if (mayWalk && !observer.isCounted) observer.countBefore(elapsed());
  if (mayWalk) observer.sockets.sampleRequests();
  const endsMs = elapsed() + SETTLE_MS;
  const owners = new OwnerWatch(host.owners, { others: MOST_DESCRIPTORS, late: MOST_DESCRIPTORS });
  await owners.begin(
    [observer],
    () => sleep(1),
    elapsed,
    () => elapsed() >= endsMs,
  );
  while (elapsed() < endsMs) {
    await sleep(Math.min(LOOK_INTERVAL_MS, endsMs - elapsed()));
    owners.look(elapsed());
  }
  observer.end(elapsed());
  const toMs = clock.nowMs();
  const processes = await owners.end([observer], elapsed);
  const isHosts = observer.access.initial || observer.access.found.own;
  const namespace = observer.finish((inode) => owners.ownersOf(inode), packets());
  const observation: Observation = {
    observationVersion: 1,
    tool: host.tool,
    host: { ...hostFacts([namespace]), observedFromMs: window.beganAtMs, observedToMs: toMs },
    namespaces: [namespace],
    processes,
    kernelLog: host.kernelLogSince(window.beganAtMs),
    softnet: isHosts ? softnetEnds(host, window, clock) : absent('softnet', 'told with the host itself'),
  };
  const rules = isHosts ? allRules : allRules.filter(({ scope }) => scope === 'namespace');
  return { observation, report: buildReport(observation, diagnose(observation, rules)) };
}

function softnetEnds(host: HostEvidence, window: ObservationWindow, clock: Clock): Observation['softnet'] {
  const before = host.softnetAt(window.beganMs);
  if (before.status !== 'ok') return before;
  return mapReading(host.softnetAt(clock.monotonicMs()), (after) => ({ before: before.value, after }));
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, Math.max(1, ms)));
}
