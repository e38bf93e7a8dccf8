import type { Clock } from '../../base/clock.ts';
import type { FoundNamespace } from '../../kernel/netns/find-namespaces.ts';
import { RETIRE_AFTER_MS } from '../../kernel/packet-ring/packet-ring.ts';
import { readSoftnetStat } from '../../kernel/procfs/softnet-stat.ts';
import type { NamespaceObservation, Observation } from '../../tcp/observation.ts';
import { mapReading } from '../../tcp/reading.ts';
import { usedMs } from '../processor-time.ts';
import { captureReason } from './capture-reason.ts';
import { hostFacts } from './host-facts.ts';
import { KernelLogWatch } from './kernel-log-watch.ts';
import { NamespaceAccess } from './namespace-access.ts';
import { NamespaceObserver } from './namespace-observer.ts';
import { notEnterable } from './not-enterable.ts';
import { OwnerWatch } from './owner-watch.ts';
import { PacketWatch } from './packet-watch.ts';

export interface ObserveOptions {
  readonly namespaces: readonly FoundNamespace[];
  readonly windowMs: number;
  readonly capture: 'auto' | 'always' | 'never';
  readonly kernelLogFile?: string;
  readonly tool: Observation['tool'];
  readonly clock: Clock;
  /** Share of the window that has passed, 0 to 1. */
  readonly onProgress?: (share: number) => void;
  /** Ends the window early; what was seen until then is judged. */
  readonly stop?: AbortSignal;
}

const SAMPLE_INTERVAL_MS = 20;
/** What each round may take of one core; where it costs more, its interval grows. Waking up 50 times a second costs 1 % on top. */
const QUEUE_SHARE = 0.01;
const SLOW_SHARE = 0.005;
const SLOW_ROUND_MS = 300;
const PACKETS_PER_ROUND = 500;
/** Rings of 4 MiB each: 64 MiB in all. */
const MOST_CAPTURES = 16;

interface Watched {
  readonly observer: NamespaceObserver;
  readonly packets: PacketWatch;
}

/** One look at the host: both ends of a window, and the queues in between. Changes nothing. */
export async function observe(options: ObserveOptions): Promise<Observation> {
  const { clock, windowMs } = options;
  const fromMs = clock.nowMs();
  using kernelLog = new KernelLogWatch(options.kernelLogFile, fromMs);
  using watched = openAll(options, fromMs);
  const softnetBefore = readSoftnetStat();
  const startMs = clock.monotonicMs();
  const elapsed = (): number => clock.monotonicMs() - startMs;
  for (const { observer } of watched.all) {
    observer.begin();
    observer.countBefore(elapsed());
  }
  // On a host with very many sockets both ends take their time; they are part of the window, not added to it.
  const samplingEndsMs = windowMs - Math.min(elapsed(), windowMs / 4);
  const owners = new OwnerWatch();
  const observers = watched.all.map(({ observer }) => observer);
  const ownersFound = owners.begin(
    observers,
    searchPause(),
    elapsed,
    () => elapsed() >= samplingEndsMs || options.stop?.aborted === true,
  );
  await sampleUntil(samplingEndsMs, options, watched.all, owners, elapsed);
  await ownersFound;
  // The ring hands its last packets over only when their block retires.
  if (watched.all.some(({ packets }) => packets.running)) await sleep(RETIRE_AFTER_MS);
  const endMs = elapsed();
  for (const { observer, packets } of watched.all) {
    packets.read(PACKETS_PER_ROUND * 20);
    observer.end(elapsed());
  }
  const closedMs = elapsed();
  const processes = await owners.end(observers, elapsed);
  const namespaces = watched.all.map(
    ({ observer, packets }): NamespaceObservation =>
      observer.finish((inode) => owners.ownersOf(inode), packets.finish(endMs)),
  );
  options.onProgress?.(1);
  return {
    observationVersion: 1,
    tool: options.tool,
    host: {
      ...hostFacts(namespaces),
      observedFromMs: fromMs,
      observedToMs: fromMs + Math.round(closedMs),
    },
    namespaces,
    processes,
    kernelLog: await kernelLog.finish(clock.nowMs()),
    softnet: bothSoftnet(softnetBefore),
  };
}

function bothSoftnet(before: ReturnType<typeof readSoftnetStat>): Observation['softnet'] {
  if (before.status !== 'ok') return before;
  return mapReading(readSoftnetStat(), (after) => ({ before: before.value, after }));
}

function openAll(options: ObserveOptions, fromMs: number): { all: Watched[] } & Disposable {
  const all: Watched[] = options.namespaces.map((found) => {
    const access = new NamespaceAccess(found);
    const observer = new NamespaceObserver(access, options.windowMs, SAMPLE_INTERVAL_MS);
    const packets = new PacketWatch(access.path, fromMs);
    if (options.capture === 'never') packets.refuse('not captured: --capture=never');
    else if (!access.enterable) packets.refuse(notEnterable);
    return { observer, packets };
  });
  return {
    all,
    [Symbol.dispose]: () => {
      for (const { observer, packets } of all) {
        packets[Symbol.dispose]();
        observer.access[Symbol.dispose]();
      }
    },
  };
}

/** Rounds of sampling until the window is over: queues every time, requests, counters and processes more rarely. */
async function sampleUntil(
  endMs: number,
  options: ObserveOptions,
  all: readonly Watched[],
  owners: OwnerWatch,
  elapsed: () => number,
): Promise<void> {
  const queueRound = new Pace(SAMPLE_INTERVAL_MS, QUEUE_SHARE);
  const slowRound = new Pace(SLOW_ROUND_MS, SLOW_SHARE);
  let nextSlowMs = 0;
  if (options.capture === 'always') startAll(all, 0, '--capture=always');
  for (let atMs = elapsed(); atMs < endMs && !options.stop?.aborted; atMs = elapsed()) {
    const queueStartMs = usedMs();
    for (const { observer } of all) observer.sockets.sampleListeners(atMs);
    const nextMs = atMs + queueRound.intervalAfter(usedMs() - queueStartMs);
    for (const { packets } of all) packets.read(PACKETS_PER_ROUND);
    if (atMs >= nextSlowMs) {
      const startedMs = elapsed();
      const slowStartMs = usedMs();
      for (const { observer } of all) observer.sockets.sampleRequests();
      owners.look(atMs);
      nextSlowMs = startedMs + slowRound.intervalAfter(usedMs() - slowStartMs);
      if (options.capture === 'auto') startWhereNeeded(all, atMs);
      options.onProgress?.(atMs / options.windowMs);
    }
    await sleep(Math.max(1, Math.min(nextMs, endMs) - elapsed()), options.stop);
  }
}

/** How often something may be done so that it takes no more than its share of a core. One slow round is noise, several are not. */
class Pace {
  readonly #shortestMs: number;
  readonly #share: number;
  #costMs = 0;

  constructor(shortestMs: number, share: number) {
    this.#shortestMs = shortestMs;
    this.#share = share;
  }

  intervalAfter(costMs: number): number {
    this.#costMs = this.#costMs * 0.8 + costMs * 0.2;
    return Math.max(this.#shortestMs, this.#costMs / this.#share);
  }
}

function startAll(all: readonly Watched[], atMs: number, reason: string): void {
  for (const watched of all) startCapture(all, watched, atMs, reason);
}

function startWhereNeeded(all: readonly Watched[], atMs: number): void {
  for (const watched of all) {
    const { observer, packets } = watched;
    if (packets.running || !observer.access.enterable) continue;
    const reason = captureReason(
      observer.trackList(),
      observer.countersSinceStart(),
      atMs,
      observer.sockets.connectsWait,
    );
    if (reason !== undefined) startCapture(all, watched, atMs, reason);
  }
}

function startCapture(
  all: readonly Watched[],
  { observer, packets }: Watched,
  atMs: number,
  reason: string,
): void {
  if (!observer.access.enterable) return;
  const running = all.filter((other) => other.packets.running).length;
  if (running < MOST_CAPTURES) packets.start(atMs, reason, observer.suspectPorts());
  else
    packets.refuse(
      `not captured: ${running} other network namespaces are being captured already (--netns NAME for this one)`,
    );
}

/** The search works in slices of 2 ms: eager at first, so that most hosts are done at once, then at the pace sampling can afford. */
function searchPause(): () => Promise<void> {
  let slices = 0;
  return () => sleep(++slices < 20 ? 5 : 100);
}

/** Ends early when `stop` is aborted: with very many sockets two rounds may be seconds apart. */
function sleep(ms: number, stop?: AbortSignal): Promise<void> {
  // Listening for the stop costs more than the shortest sleeps are worth: they end before anybody notices.
  if (!stop || ms <= SAMPLE_INTERVAL_MS) return new Promise((resolve) => setTimeout(resolve, ms));
  return new Promise((resolve) => {
    const wake = (): void => {
      clearTimeout(timer);
      stop.removeEventListener('abort', wake);
      resolve();
    };
    const timer = setTimeout(wake, ms);
    stop.addEventListener('abort', wake);
  });
}
