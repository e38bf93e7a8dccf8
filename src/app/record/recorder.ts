import os from 'node:os';
import v8 from 'node:v8';
import type { LiveSubject } from '../../tcp/recording/feed.ts';
import type { TcpTraceEvent } from '../../tcp/trace-event.ts';
import { requireLinux } from '../require-linux.ts';
import { Budget } from './budget.ts';
import { FeedHub } from './feed-hub.ts';
import { IncidentKeeper } from './incidents/incident-keeper.ts';
import type { HostEvidence } from './judging/judge-window.ts';
import { HistoryWriter } from './keeping/history-writer.ts';
import { FIRST_OWN_ID, SubjectBook } from './keeping/subject-book.ts';
import type { Recorder, RecorderOptions } from './recorder-options.ts';
import { HostWatch } from './sampling/host-watch.ts';
import { ListenerOwners } from './sampling/listener-owners.ts';
import { NamespaceSet, type RecordedNamespace } from './sampling/namespace-set.ts';
import { ProcessSeconds } from './sampling/process-seconds.ts';

export const ROUND_MS = 100;
/** Shares of a core: walks through the table of sockets for judging, and for counting half-open requests. */
const JUDGING_SHARE = 0.003;
const REQUESTS_SHARE = 0.001;
const SAVED_UP_MS = 2000;

/**
 * Begins to record, and goes on until it is stopped. Throws HalfopenError where there is nothing to observe, or the store belongs to
 * another recorder or cannot be written.
 */
export async function startRecorder(options: RecorderOptions): Promise<Recorder> {
  requireLinux('record this host');
  keepHeapSmall();
  const { store, log } = options;
  const writer = store && new HistoryWriter({ ...store, log });
  try {
    return new HostRecorder(options, writer);
  } catch (error) {
    writer?.[Symbol.dispose]();
    throw error;
  }
}

/**
 * A round leaves little behind, and what it leaves is garbage soon: a young generation that never grows collects it for 0.1 % of a core and saves
 * 25 to 30 MB, measured with 240,000 sockets. V8 reads this flag each time it would grow.
 */
function keepHeapSmall(): void {
  v8.setFlagsFromString('--semi-space-growth-factor=1');
}

class HostRecorder extends FeedHub implements Recorder {
  readonly #options: RecorderOptions;
  readonly #writer: HistoryWriter | undefined;
  readonly #host: HostWatch;
  readonly #owners = new ListenerOwners();
  readonly #processes = new ProcessSeconds();
  readonly #requests = new Budget(REQUESTS_SHARE, SAVED_UP_MS);
  readonly #walks = new Budget(JUDGING_SHARE, SAVED_UP_MS);
  readonly #namespaces: NamespaceSet;
  readonly #keeper: IncidentKeeper;
  readonly #subjectBook: SubjectBook;
  #second: number;
  #turn = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RecorderOptions, writer: HistoryWriter | undefined) {
    const { clock, log, tool } = options;
    super(
      {
        hostname: os.hostname(),
        kernelRelease: os.release(),
        tool,
        startedMs: clock.nowMs(),
        store: writer?.status ?? null,
        unseen: [],
        standing: [],
      },
      log,
    );
    this.#options = options;
    this.#writer = writer;
    this.#host = new HostWatch(clock.nowMs(), clock.monotonicMs());
    this.#keeper = new IncidentKeeper({ clock, log, tool, writer, hub: this, host: this.#host });
    this.#subjectBook = new SubjectBook(writer);
    const host: HostEvidence = {
      tool,
      clock,
      log,
      owners: this.#owners.pidsByInode,
      kernelLogSince: (ms) => this.#host.kernelLogSince(ms),
      softnetAt: (ms) => this.#host.softnetAt(ms),
    };
    this.#namespaces = new NamespaceSet({
      netns: options.netns,
      blackBoxBytes: options.blackBoxBytes,
      host,
      walks: this.#walks,
      onGone: ({ recorder }) => this.#keeper.closeAll(recorder.access.found.inode),
    });
    this.setStatus({ unseen: this.#unseen() });
    this.#second = Math.floor(clock.nowMs() / 1000);
    this.#timer = setTimeout(() => this.#round(), 0);
  }

  #unseen(): readonly string[] {
    const { hidden, all } = this.#namespaces;
    const names = (missing: (one: RecordedNamespace) => boolean): string =>
      all
        .filter(missing)
        .map(({ recorder }) => recorder.name)
        .join(', ');
    const blind = names(({ recorder }) => recorder.access.diag.status !== 'ok');
    const boxless = all.find(({ blackBox }) => blackBox.missing !== undefined)?.blackBox.missing;
    return [
      ...(hidden > 0 && process.getuid?.() !== 0
        ? [`${hidden} processes of other users hide their network namespace (root sees it)`]
        : []),
      ...(blind === '' ? [] : [`the sockets of ${blind}: entering another network namespace needs root`]),
      ...(boxless === undefined ? [] : [`packets for the black box: ${boxless}`]),
      ...this.#host.unseen,
    ];
  }

  /** Ten times a second. One that fails must not end the recording. */
  #round(): void {
    const { clock, log } = this.#options;
    const startedMs = clock.monotonicMs();
    try {
      this.#look(startedMs, clock.nowMs());
    } catch (error) {
      log.error(`a round failed: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    }
    const untilNextMs = ROUND_MS - (clock.nowMs() % ROUND_MS);
    this.#timer = setTimeout(() => this.#round(), Math.max(5, untilNextMs));
  }

  #look(nowMs: number, nowAtMs: number): void {
    const second = Math.floor(nowAtMs / 1000);
    const isNewSecond = second !== this.#second;
    if (isNewSecond) this.#endSecond(nowMs, nowAtMs);
    this.#second = second;
    for (const { recorder, blackBox, judge } of this.#namespaces.all) {
      recorder.round(nowMs);
      blackBox.makeRoom();
      judge.consider(nowMs, this.#keeper.hasOpen(recorder.access.found.inode), (judged, because) => {
        const [seen] = judged.observation.namespaces;
        if (seen?.sockets.status === 'ok') recorder.statesSeen(seen.sockets.value.after.states);
        return this.#keeper.judged(judged, recorder.name, because, blackBox);
      });
    }
    this.#namespaces.search(nowMs);
  }

  #endSecond(nowMs: number, nowAtMs: number): void {
    const { all } = this.#namespaces;
    for (const { recorder } of all) recorder.lookAtCounters(nowMs, nowAtMs);
    this.#walk(nowMs, all);
    const initial = all.find(({ recorder }) => recorder.access.initial) ?? all[0];
    const host = this.#host.second(nowAtMs, nowMs, initial?.recorder.tcpMemoryPages, (event) =>
      this.#attribute(event, all),
    );
    this.#owners.look(
      all.map(({ recorder }) => recorder),
      nowMs,
    );
    const pids = new Set(
      all.flatMap(({ recorder }) =>
        [...recorder.listeners.values()].flatMap(({ inodes }) => this.#owners.firstOf(inodes) ?? []),
      ),
    );
    this.#processes.want(pids);
    this.#processes.look(nowMs);
    this.#keeper.second();
    this.#tellSecond(host, all);
  }

  /** One namespace after the other, as far as the budgets go: at most one round of all in a second. */
  #walk(nowMs: number, all: readonly RecordedNamespace[]): void {
    for (let i = 0; i < all.length; i++) {
      const mayRequests = this.#requests.allows(nowMs);
      const mayCount = this.#walks.allows(nowMs);
      if (!mayRequests && !mayCount) return;
      this.#turn = (this.#turn + 1) % all.length;
      const recorder = all[this.#turn]?.recorder;
      if (mayRequests) this.#requests.charge(() => recorder?.lookAtRequests());
      if (mayCount && recorder?.awaitsCount) this.#walks.charge(() => recorder.countSockets(nowMs));
    }
  }

  /** Tracepoints do not name the namespace: what could be of several listeners is of none. */
  #attribute(event: TcpTraceEvent, all: readonly RecordedNamespace[]): void {
    if (event.local === undefined) return;
    const { family, address, port } = event.local;
    const owners = all.flatMap(({ recorder }) => recorder.listenerAt(family, address, port) ?? []);
    const [only] = owners;
    if (only === undefined || owners.length > 1) return;
    if (event.kind === 'syn-ack-retransmission') only.second.synAckRetransmitted();
    if (event.kind === 'reset-sent') only.second.resetSent();
  }

  #tellSecond(host: Int32Array, all: readonly RecordedNamespace[]): void {
    const second = this.#second;
    const values = new Map<number, Int32Array>();
    const subjects = new Map<number, LiveSubject>();
    const put = (subject: LiveSubject, row: Int32Array): void => {
      subjects.set(subject.id, subject);
      values.set(subject.id, row);
    };
    put(this.#subjectBook.host(this.status, second), host);
    for (const { recorder } of all) {
      put(this.#subjectBook.namespace(recorder, second), recorder.takeSecond());
      for (const listener of recorder.listeners.values()) {
        const pid = this.#owners.firstOf(listener.inodes);
        const process = pid === undefined ? undefined : this.#processes.of(pid);
        const row = listener.second.take(process);
        if (row === undefined) continue;
        put(this.#subjectBook.listener(recorder, listener, { pid, name: process?.name }, second), row);
      }
      recorder.forgetGone();
    }
    this.#writer?.second(second, new Map([...values].filter(([id]) => id < FIRST_OWN_ID)));
    this.setStatus({ unseen: this.#unseen(), store: this.#writer?.status ?? null });
    this.second(subjects, { atSecond: second, values });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#owners.stop();
    await this.#namespaces.settled();
    this.#keeper.closeAll();
    this.#writer?.[Symbol.dispose]();
    this.#namespaces[Symbol.dispose]();
    this.#host[Symbol.dispose]();
  }
}
