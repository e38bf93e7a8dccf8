import { settled } from '../../base/settled.ts';
import type { Crowd } from '../../kernel/packet-ring/tcp-filter.ts';
import type { LabPacket } from '../../tcp/lab-run.ts';
import type { Prediction, Side } from '../../tcp/prediction.ts';
import type { Report } from '../../tcp/report.ts';
import { numberOf, type SettingValues } from '../../tcp/setting.ts';
import type { Family } from '../../tcp/socket.ts';
import { type ForgedSyns, forgedPrefix, forgeSyns } from '../forged-syns.ts';
import type { LabProcess } from '../lab-process.ts';
import type { Link } from '../link.ts';
import type { LabNamespace } from '../namespace.ts';
import type {
  ClientsDone,
  ClientsOptions,
  ClientsReady,
  LabPrograms,
  ListenerDone,
  ListenerOptions,
  ListenerReady,
  SpoofDone,
  SpoofReady,
} from '../programs/options.ts';
import type { ProbeOptions, ProbeResult } from '../programs/probes-options.ts';
import type { Situation } from '../situation.ts';
import { Recorder, type SideSample } from './recorder.ts';
import { RunRecord, wallMs } from './run-record.ts';
import { handedOverWithinMs, WireTap, wirePackets } from './wire-tap.ts';

export interface StageOptions {
  readonly client: LabNamespace;
  readonly server: LabNamespace;
  readonly link: Link;
  readonly situation: Situation;
  readonly seed: number;
  readonly values: SettingValues;
  readonly prediction: Prediction | null;
  readonly crowd?: Crowd;
  /** Runs the doctor on one namespace; the app knows how. */
  readonly diagnose: (namespaceName: string, windowMs: number) => Promise<Report>;
  /** The user's own server program, when given. */
  readonly startServer: ((stage: Stage) => Promise<StartedServer>) | null;
  readonly onProgress: (text: string) => void;
  /** How often states and counters are looked at for the picture; null: never. */
  readonly sampleEveryMs?: number | null;
  readonly stop: AbortSignal;
}

export interface StartedServer {
  readonly pid: number;
  /** sk_max_ack_backlog of its listener. */
  readonly limit: number;
  readonly port: number;
  readonly stop: () => Promise<void>;
  readonly signal: (name: NodeJS.Signals) => void;
}

/** Thrown by waits of a run that was told to stop. */
export class Interrupted extends Error {}

/**
 * Where a scenario plays: two namespaces on a link, watched from both ends. A scenario reads as a timeline: it stages, waits with
 * `at`, acts, and says what must hold with `check…`. Times are milliseconds since the origin, which is the creation of
 * the stage until the scenario sets it to the moment its prediction counts from.
 */
export class Stage extends RunRecord implements Disposable {
  readonly situation: Situation;
  readonly family: Family;
  readonly client: LabNamespace;
  readonly server: LabNamespace;
  readonly link: Link;
  readonly seed: number;
  readonly values: SettingValues;
  readonly port: number;
  readonly reports: Report[] = [];
  readonly tap: WireTap;
  readonly recorder: Recorder;
  readonly stop: AbortSignal;
  readonly #options: StageOptions;
  #prediction: Prediction | null;
  #originWallMs: number;

  constructor(options: StageOptions) {
    super(options.onProgress);
    this.#options = options;
    this.situation = options.situation;
    this.family = options.situation.family;
    this.client = options.client;
    this.server = options.server;
    this.link = options.link;
    this.seed = options.seed;
    this.values = options.values;
    this.#prediction = options.prediction;
    this.stop = options.stop;
    this.port = numberOf(options.values, 'port') || 8080;
    const ends = { client: this.client.path, server: this.server.path };
    this.#originWallMs = wallMs();
    this.tap = new WireTap(ends, [this.port], options.crowd);
    this.recorder = new Recorder(ends, this.family, [this.port], this.#originWallMs, options.sampleEveryMs);
  }

  get prediction(): Prediction | null {
    return this.#prediction;
  }

  /** Before anything is played: a server of the user's own has a limit that its settings do not tell. */
  predictAgain(prediction: Prediction): void {
    this.#prediction = prediction;
  }

  get clientAddress(): string {
    return this.#addressOf('client');
  }

  get serverAddress(): string {
    return this.#addressOf('server');
  }

  /** "0.0.0.0" or "::". */
  get anyAddress(): string {
    return this.family === 'ipv4' ? '0.0.0.0' : '::';
  }

  number(name: string): number {
    return numberOf(this.values, name);
  }

  text(name: string): string {
    return String(this.values[name] ?? '');
  }

  /** Milliseconds since the origin. */
  nowMs(): number {
    return wallMs() - this.#originWallMs;
  }

  /** From now on (and backwards) times count from this wall-clock moment: that of the first SYN, say. */
  setOrigin(originWallMs: number): void {
    this.#originWallMs = originWallMs;
  }

  get originWallMs(): number {
    return this.#originWallMs;
  }

  /** The origin becomes the first packet with these flags; false when there is none. */
  originAtFirst(flags: string): boolean {
    const first = this.packets().find((packet) => packet.flags === flags);
    if (first === undefined) return false;
    this.setOrigin(this.#originWallMs + first.atMs);
    return true;
  }

  /** Waits until this time on the timeline; throws Interrupted when the run is to stop. */
  async at(ms: number): Promise<void> {
    await this.wait(Math.max(0, ms - this.nowMs()));
  }

  async wait(ms: number): Promise<void> {
    if (this.stop.aborted) throw new Interrupted();
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(done, ms);
      const { stop } = this;
      function done(): void {
        stop.removeEventListener('abort', aborted);
        resolve();
      }
      function aborted(): void {
        clearTimeout(timer);
        reject(new Interrupted());
      }
      stop.addEventListener('abort', aborted, { once: true });
    });
  }

  /** Waits until `condition` holds, looking every 20 ms; false when it did not within `withinMs`. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const endMs = wallMs() + withinMs;
    while (!condition()) {
      if (wallMs() > endMs) return false;
      await this.wait(20);
    }
    return true;
  }

  /** Waits for what a program says in the end; throws Interrupted when the run is to stop before. */
  async ended<T>(word: Promise<T>): Promise<T> {
    const isSettled = settled(word);
    while (!isSettled()) await this.wait(20);
    return word;
  }

  /** Starts the lab's listener in the server's namespace, on `port` of every address, and waits until it listens. */
  async listen(
    options: Partial<ListenerOptions> & { readonly backlog: number },
  ): Promise<LabProcess<ListenerReady, ListenerDone>> {
    const listener = this.server.spawn('listener', {
      address: this.anyAddress,
      port: this.port,
      ...options,
    });
    await listener.ready;
    return listener;
  }

  /** The user's server when there is one, otherwise undefined. */
  async userServer(): Promise<StartedServer | undefined> {
    return this.#options.startServer?.(this);
  }

  /** Starts clients in the client's namespace towards the listener. */
  clients(options: Partial<ClientsOptions>): LabProcess<ClientsReady, ClientsDone> {
    return this.client.spawn('clients', { to: this.serverAddress, port: this.port, ...options });
  }

  /** Connections towards the listener, each followed to its end with precise times; resolves when all are over. */
  async probe(probes: readonly Partial<ProbeOptions>[], maxMs = 180_000): Promise<readonly ProbeResult[]> {
    const program = this.client.spawn('probes', {
      maxMs,
      probes: probes.map((probe, i) => ({
        name: String(i),
        to: this.serverAddress,
        port: this.port,
        ...probe,
      })),
    });
    return (await program.done).probes;
  }

  /** SYNs from addresses where nobody answers, towards the listener. */
  forgeSyns(options: Partial<ForgedSyns> & { readonly count: number }): LabProcess<SpoofReady, SpoofDone> {
    return forgeSyns(this.link, {
      to: this.serverAddress,
      port: this.port,
      sourcePrefix: forgedPrefix[this.family],
      seed: this.seed,
      ...options,
    });
  }

  /** Any of the lab's programs, on either side. */
  spawn<Name extends keyof LabPrograms>(
    side: Side,
    program: Name,
    options: LabPrograms[Name]['options'],
  ): LabProcess<LabPrograms[Name]['ready'], LabPrograms[Name]['done']> {
    return this.namespace(side).spawn(program, options);
  }

  namespace(side: Side): LabNamespace {
    return side === 'client' ? this.client : this.server;
  }

  /** Lets the doctor watch one side for so long, without telling it anything; its findings count for the run. */
  diagnose(side: Side, windowMs: number): Promise<Report> {
    const report = this.#watchWithDoctor(side, windowMs);
    report.catch(() => {}); // A run that fails meanwhile does not come to wait for it.
    return report;
  }

  async #watchWithDoctor(side: Side, windowMs: number): Promise<Report> {
    if (this.stop.aborted) throw new Interrupted();
    const report = await this.#options.diagnose(this.namespace(side).name, windowMs);
    this.reports.push(report);
    return report;
  }

  sample(side: Side): SideSample {
    return this.recorder.sample(side);
  }

  /** How counters moved since the stage was set: counters('server')('TcpExt.ListenDrops'). */
  counters(side: Side): (name: string) => number {
    return this.recorder.counters(side);
  }

  /** Everything on the wire so far, in time order, lost packets marked. */
  packets(): LabPacket[] {
    const sentKnownUntilMs = wallMs() - handedOverWithinMs;
    return wirePackets(this.tap.packets(), [this.port], this.#originWallMs, sentKnownUntilMs);
  }

  drawnPackets(): LabPacket[] {
    return this.packets().filter(this.worthDrawing);
  }

  [Symbol.dispose](): void {
    this.recorder[Symbol.dispose]();
    this.tap[Symbol.dispose]();
  }

  #addressOf(side: Side): string {
    const end = side === 'client' ? this.link.a : this.link.b;
    const address = this.family === 'ipv4' ? end.ipv4 : end.ipv6;
    if (address === null) throw new RangeError(`the ${side} has no ${this.family} address`);
    return address;
  }
}
