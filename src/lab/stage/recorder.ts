import { SockDiag } from '../../kernel/netlink/sock-diag.ts';
import { extensions } from '../../kernel/netlink/sock-diag-request.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import { type Counters, readNetCounters } from '../../kernel/procfs/net-counters.ts';
import type { LabSeries } from '../../tcp/lab-run.ts';
import type { Side } from '../../tcp/prediction.ts';
import { connectionStates, type Family, type TcpSocket, type TcpState } from '../../tcp/socket.ts';
import { readingOrThrow } from './reading-or-throw.ts';

/** Sockets of one side at one moment, those of the scenario's ports. */
export interface SideSample {
  readonly states: Readonly<Partial<Record<TcpState, number>>>;
  /** Each listener's queue; several with SO_REUSEPORT, in no particular order. */
  readonly acceptQueues: readonly {
    readonly length: number;
    readonly limit: number;
    readonly drops: number;
  }[];
}

const SAMPLE_EVERY_MS = 100;
const MOST_POINTS = 600;

/** Counters worth a line in the picture; all of them can be asked for with `counters`. */
const drawnCounters = [
  'TcpExt.ListenOverflows',
  'TcpExt.ListenDrops',
  'TcpExt.SyncookiesSent',
  'TcpExt.TCPReqQFullDrop',
  'TcpExt.TCPTimeouts',
  'TcpExt.TCPKeepAlive',
  'Tcp.RetransSegs',
  'Tcp.OutRsts',
] as const;

interface Watch {
  readonly side: Side;
  readonly path: string;
  readonly sockets: SockDiag;
  countersAtStart: Counters;
}

type Points = { atMs: number; value: number }[];

/** Looks at the sockets and counters of both sides ten times a second, and keeps what changed. */
export class Recorder implements Disposable {
  readonly #watches: readonly Watch[];
  readonly #ports: readonly number[];
  readonly #family: Family;
  readonly #points = new Map<string, Points>();
  readonly #startWallMs: number;
  readonly #timer: NodeJS.Timeout | undefined;
  #seesDualStack = false;

  /** `everyMs` null: only when asked. */
  constructor(
    ends: Readonly<Record<Side, string>>,
    family: Family,
    ports: readonly number[],
    nowMs: number,
    everyMs: number | null = SAMPLE_EVERY_MS,
  ) {
    this.#ports = ports;
    this.#family = family;
    this.#startWallMs = nowMs;
    this.#watches = (['client', 'server'] as const).map((side) => ({
      side,
      path: ends[side],
      sockets: readingOrThrow(SockDiag.open(ends[side]), `read the sockets of the ${side}`),
      countersAtStart: countersOf(ends[side]),
    }));
    if (everyMs !== null) this.#timer = setInterval(() => this.#sampleOrStop(), everyMs);
  }

  /** Counters count from here: what was staged before does not matter. */
  restart(): void {
    for (const watch of this.#watches) watch.countersAtStart = countersOf(watch.path);
  }

  /** How counters of a side moved since the recorder started (or restarted), by full name ("TcpExt.ListenDrops"). */
  counters(side: Side): (name: string) => number {
    const watch = this.#watch(side);
    const now = countersOf(watch.path);
    return (name) => (now[name] ?? 0) - (watch.countersAtStart[name] ?? 0);
  }

  /** From now on a listener of both IP versions counts over IPv4 too; it costs a second look each time. */
  seeDualStack(): void {
    this.#seesDualStack = true;
  }

  sample(side: Side): SideSample {
    const own = this.#dump(side, this.#family, () => true);
    if (this.#family === 'ipv6' || !this.#seesDualStack) return own;
    // An IPv4 listener is chosen before one of both versions (inet_lookup_listener()).
    const hasOwnListener = own.acceptQueues.length > 0;
    const both = this.#dump(side, 'ipv6', ({ state, localAddress }) =>
      state === 'LISTEN' ? !hasOwnListener && localAddress === '::' : localAddress.startsWith('::ffff:'),
    );
    const states = { ...own.states };
    for (const [state, count = 0] of Object.entries(both.states) as [TcpState, number][])
      states[state] = (states[state] ?? 0) + count;
    return { states, acceptQueues: [...own.acceptQueues, ...both.acceptQueues] };
  }

  #dump(
    side: Side,
    family: Family,
    counts: (socket: Pick<TcpSocket, 'state' | 'localAddress'>) => boolean,
  ): SideSample {
    const states: Partial<Record<TcpState, number>> = {};
    const acceptQueues: { length: number; limit: number; drops: number }[] = [];
    const request = {
      family,
      states: [...connectionStates, 'LISTEN' as const],
      extensions: extensions.skMemInfo,
      ports: this.#ports,
    };
    const dumped = this.#watch(side).sockets.dump(request, (socket) => {
      const { state, receiveQueue: length, sendQueue: limit, drops = 0 } = socket;
      if (!counts(socket)) return;
      if (state === 'LISTEN') acceptQueues.push({ length, limit, drops });
      else states[state] = (states[state] ?? 0) + 1;
    });
    readingOrThrow(dumped, `read the sockets of the ${side}`);
    return { states, acceptQueues };
  }

  sampleAll(): void {
    const atMs = performance.timeOrigin + performance.now() - this.#startWallMs;
    for (const { side, path, countersAtStart } of this.#watches) {
      const { states, acceptQueues } = this.sample(side);
      for (const [state, count] of Object.entries(states)) this.#add(`${side} ${state}`, atMs, count);
      for (const name of this.#points.keys()) {
        const [of, state = ''] = name.split(' ');
        if (of === side && /^[A-Z_0-9]+$/.test(state) && !(state in states)) this.#add(name, atMs, 0);
      }
      if (acceptQueues.length > 0) {
        const waiting = acceptQueues.reduce((sum, { length }) => sum + length, 0);
        this.#add(`${side} accept queue`, atMs, waiting);
      }
      const counters = countersOf(path);
      for (const name of drawnCounters) {
        const moved = (counters[name] ?? 0) - (countersAtStart[name] ?? 0);
        if (moved > 0 || this.#points.has(`${side} ${name}`)) this.#add(`${side} ${name}`, atMs, moved);
      }
    }
  }

  /** Times relative to `originWallMs`. */
  series(originWallMs: number, limitOf: (name: string) => number | undefined): LabSeries[] {
    const shiftMs = this.#startWallMs - originWallMs;
    return [...this.#points].map(([name, points]) => {
      const limit = limitOf(name);
      return {
        name,
        unit: unitOf(name),
        points: points.map(({ atMs, value }) => ({ atMs: Math.round(atMs + shiftMs), value })),
        ...(limit === undefined ? {} : { limit }),
      };
    });
  }

  /** An interrupted run loses its namespaces under our feet: the picture ends there, the run says why. */
  #sampleOrStop(): void {
    try {
      this.sampleAll();
    } catch {
      clearInterval(this.#timer);
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
    for (const { sockets } of this.#watches) sockets.close();
  }

  #watch(side: Side): Watch {
    const watch = this.#watches.find((one) => one.side === side);
    if (watch === undefined) throw new RangeError(side);
    return watch;
  }

  /** The first and last point of each level: a step drawn as a step. */
  #add(name: string, atMs: number, value: number): void {
    let points = this.#points.get(name);
    if (points === undefined) {
      points = value === 0 ? [] : [{ atMs: Math.max(0, atMs - SAMPLE_EVERY_MS), value: 0 }];
      this.#points.set(name, points);
    }
    const [before, last] = points.slice(-2);
    if (before && last && before.value === value && last.value === value) last.atMs = atMs;
    else if (points.length < MOST_POINTS) points.push({ atMs, value });
  }
}

function unitOf(name: string): string {
  if (name.endsWith('accept queue')) return 'connections';
  return /\.[A-Z]/.test(name) ? 'events' : 'sockets';
}

function countersOf(path: string): Counters {
  return inNamespace(path, () =>
    readingOrThrow(readNetCounters('/proc/thread-self/net'), 'read the counters of'),
  );
}
