/**
 * What becomes of clients at a listener's two queues, worked out segment by segment: the prediction of the scenarios about queues.
 * Every segment is judged as tcp_conn_request(), tcp_check_req() and cookie_v4_check() do; letters are the rows of kernel-facts 3.1.
 */
import { acceptQueueCapacity, synQueueCapacity } from '../../../tcp/queue-limits.ts';
import { type Accepting, AcceptLine } from './accept-line.ts';
import { EventQueue } from './event-queue.ts';

export interface SimulatedListener {
  /** min(backlog, somaxconn). */
  readonly limit: number;
  readonly syncookies: number;
  readonly maxSynBacklog: number;
  readonly abortOnOverflow: boolean;
  readonly kernelRelease: string;
  readonly accepting: Accepting;
  /** Complete connections that wait already. */
  readonly waiting?: number;
}

export interface SimulatedClients {
  /** When each calls connect(). */
  readonly startsMs: readonly number[];
  /** Less than the first SYN timeout of 1 s. */
  readonly rttMs: number;
  /**
   * The timers that resend SYNs fire together, those of one tick of the timer wheel: then all SYNs are judged before the first ACK, also
   * without a round-trip time. 0: each by itself.
   */
  readonly resendTickMs?: number;
  /** When a SYN is sent that nobody answers, from the call on, and when it fails. */
  readonly syns: { readonly atMs: readonly number[]; readonly endMs: number };
  /** When a request sends its SYN-ACK, and when it is forgotten. */
  readonly synAcks: { readonly atMs: readonly number[]; readonly endMs: number };
  /** When a connected client sends data that nobody acknowledges, from the moment it is connected. */
  readonly dataMs: readonly number[];
}

/**
 * - in: both sides have the connection; it waits in the accept queue, or has been accepted
 * - dropped: its SYN was dropped, it tries again; gave-up: it has stopped trying
 * - stuck: it is connected, the server still holds a half-open request (row b); or no longer does
 * - forgotten: it is connected, and the server knows nothing of it: a cookie that met a full accept queue (row d)
 * - reset: RST with tcp_abort_on_overflow (row c), or after the server has forgotten it
 * - under-way: its handshake was not over at the end
 */
export type Fate = 'in' | 'dropped' | 'gave-up' | 'stuck' | 'forgotten' | 'reset' | 'under-way';

/** What went wrong with a client first. */
export const troubles = ['syn-dropped', 'ack-dropped', 'cookie-dropped', 'aborted'] as const;
export type Trouble = (typeof troubles)[number];

export interface SimulatedClient {
  readonly startMs: number;
  readonly fate: Fate;
  readonly trouble: Trouble | undefined;
  readonly synsSent: number;
  /** When the server got its connection. */
  readonly inAtMs: number | undefined;
  /** When connect() succeeded. */
  readonly connectedAtMs: number | undefined;
  readonly endedAtMs: number | undefined;
}

export interface SimulatedCounts {
  readonly listenOverflows: number;
  readonly listenDrops: number;
  /** sk_drops of the listener. */
  readonly socketDrops: number;
  readonly queueFullDrops: number;
  readonly queueFullCookies: number;
  readonly cookiesSent: number;
  readonly cookiesReturned: number;
  readonly embryonicResets: number;
  readonly accepted: number;
}

export interface Simulation {
  readonly clients: readonly SimulatedClient[];
  readonly counts: SimulatedCounts;
  /** In the accept queue at the end. */
  readonly waiting: number;
  readonly acceptQueuePeak: number;
  readonly synQueuePeak: number;
}

interface Client {
  readonly startMs: number;
  fate: Fate;
  trouble: Trouble | undefined;
  synsSent: number;
  inAtMs: number | undefined;
  /** How its handshake was answered. */
  by: 'nobody' | 'request' | 'cookie';
  connectedAtMs: number | undefined;
  endedAtMs: number | undefined;
  holdsRequest: boolean;
}

/** Plays until `untilMs`. All segments arrive, in order, after half a round trip. */
export function simulateListener(
  listener: SimulatedListener,
  clients: SimulatedClients,
  untilMs: number,
): Simulation {
  return new ListenerSimulation(listener, clients).play(untilMs);
}

class ListenerSimulation {
  readonly #listener: SimulatedListener;
  readonly #their: SimulatedClients;
  readonly #clients: readonly Client[];
  readonly #events = new EventQueue();
  readonly #counts: { -readonly [name in keyof Omit<SimulatedCounts, 'accepted'>]: number } = {
    listenOverflows: 0,
    listenDrops: 0,
    socketDrops: 0,
    queueFullDrops: 0,
    queueFullCookies: 0,
    cookiesSent: 0,
    cookiesReturned: 0,
    embryonicResets: 0,
  };
  readonly #acceptQueueTakes: number;
  readonly #synQueueTakes: number;
  readonly #maxSynBacklogTakes: number;
  readonly #line: AcceptLine;
  #requests = 0;
  #synQueuePeak = 0;

  constructor(listener: SimulatedListener, clients: SimulatedClients) {
    const { limit, maxSynBacklog, kernelRelease } = listener;
    this.#listener = listener;
    this.#their = clients;
    this.#acceptQueueTakes = acceptQueueCapacity(limit);
    this.#synQueueTakes = synQueueCapacity({ limit, syncookies: 1, maxSynBacklog, kernelRelease });
    this.#maxSynBacklogTakes = synQueueCapacity({
      limit: 2 ** 31,
      syncookies: 0,
      maxSynBacklog,
      kernelRelease,
    });
    this.#line = new AcceptLine(listener.accepting, listener.waiting ?? 0);
    this.#clients = clients.startsMs.map((startMs) => ({
      startMs,
      fate: 'dropped',
      trouble: undefined,
      synsSent: 0,
      inAtMs: undefined,
      by: 'nobody',
      connectedAtMs: undefined,
      endedAtMs: undefined,
      holdsRequest: false,
    }));
  }

  play(untilMs: number): Simulation {
    for (const client of this.#clients) this.#sendSyn(client, 0);
    this.#events.runUntil(untilMs);
    this.#line.serve(untilMs);
    return {
      clients: this.#clients,
      counts: { ...this.#counts, accepted: this.#line.accepted },
      waiting: this.#line.length,
      acceptQueuePeak: this.#line.peak,
      synQueuePeak: this.#synQueuePeak,
    };
  }

  #sendSyn(client: Client, which: number): void {
    const { syns, rttMs } = this.#their;
    const atMs = syns.atMs[which];
    if (atMs === undefined) {
      const endMs = client.startMs + syns.endMs;
      this.#events.add(endMs, () => end(client, 'gave-up', endMs));
      return;
    }
    const sentMs = which === 0 ? client.startMs : this.#tickAfter(client.startMs + atMs);
    this.#events.add(sentMs + rttMs / 2, (nowMs) => this.#onSyn(client, which, nowMs));
  }

  #onSyn(client: Client, which: number, nowMs: number): void {
    client.synsSent = which + 1;
    this.#line.serve(nowMs);
    const answer = this.#judgeSyn();
    if (answer === 'drop') {
      client.fate = 'dropped';
      client.trouble ??= 'syn-dropped';
      this.#counts.listenDrops++;
      this.#counts.socketDrops++;
      this.#sendSyn(client, which + 1);
      return;
    }
    client.fate = 'under-way';
    client.by = answer;
    if (answer === 'request') this.#makeRequest(client, nowMs);
    else this.#counts.cookiesSent++;
    const { rttMs } = this.#their;
    const connectedMs = nowMs + Math.max(rttMs / 2, which > 0 && this.#their.resendTickMs ? momentMs : 0);
    if (connectedMs === nowMs) this.#onConnected(client, connectedMs);
    else this.#events.add(connectedMs, () => this.#onConnected(client, connectedMs));
  }

  #tickAfter(atMs: number): number {
    const { resendTickMs = 0 } = this.#their;
    return resendTickMs === 0 ? atMs : Math.ceil(atMs / resendTickMs) * resendTickMs;
  }

  /** tcp_conn_request(), in its order. */
  #judgeSyn(): 'request' | 'cookie' | 'drop' {
    const { syncookies } = this.#listener;
    const isFull = syncookies === 2 || this.#requests >= this.#synQueueTakes;
    if (isFull && syncookies === 0) {
      this.#counts.queueFullDrops++; // rows e and i
      return 'drop';
    }
    if (isFull) this.#counts.queueFullCookies++;
    if (this.#acceptQueueIsFull()) {
      this.#counts.listenOverflows++; // rows a and h
      return 'drop';
    }
    if (isFull) return 'cookie'; // row f
    return syncookies === 0 && this.#requests >= this.#maxSynBacklogTakes ? 'drop' : 'request'; // row g
  }

  #makeRequest(client: Client, nowMs: number): void {
    const { synAcks, rttMs } = this.#their;
    this.#requests++;
    this.#synQueuePeak = Math.max(this.#synQueuePeak, this.#requests);
    client.holdsRequest = true;
    for (const atMs of synAcks.atMs.slice(1)) {
      this.#events.add(nowMs + atMs + rttMs, (ackMs) => this.#onLaterSegment(client, ackMs));
    }
    this.#events.add(nowMs + synAcks.endMs, () => this.#forget(client));
  }

  #onConnected(client: Client, nowMs: number): void {
    const { rttMs, dataMs } = this.#their;
    client.connectedAtMs = nowMs;
    if (rttMs === 0) this.#onAck(client, nowMs);
    else this.#events.add(nowMs + rttMs / 2, (ackMs) => this.#onAck(client, ackMs));
    for (const atMs of dataMs)
      this.#events.add(nowMs + atMs + rttMs / 2, (segmentMs) => this.#onLaterSegment(client, segmentMs));
  }

  /** tcp_v4_syn_recv_sock() for the ACK of a request, cookie_v4_check() for that of a cookie. */
  #onAck(client: Client, nowMs: number): void {
    this.#line.serve(nowMs);
    const isCookie = client.by === 'cookie';
    if (isCookie) this.#counts.cookiesReturned++;
    if (!this.#acceptQueueIsFull()) {
      this.#letIn(client, nowMs);
      return;
    }
    this.#counts.listenOverflows++;
    this.#counts.listenDrops++;
    this.#counts.socketDrops += isCookie ? 1 : 2;
    const { abortOnOverflow } = this.#listener;
    client.trouble ??= isCookie ? 'cookie-dropped' : abortOnOverflow ? 'aborted' : 'ack-dropped';
    if (isCookie) client.fate = 'forgotten';
    else if (abortOnOverflow) {
      this.#counts.embryonicResets++;
      this.#dropRequest(client);
      end(client, 'reset', nowMs + this.#their.rttMs / 2);
    } else client.fate = 'stuck';
  }

  /** Whatever a connected client sends to a server that does not have its connection is judged like its first ACK. */
  #onLaterSegment(client: Client, nowMs: number): void {
    if (client.fate === 'forgotten' || (client.fate === 'stuck' && client.holdsRequest)) {
      this.#onAck(client, nowMs);
    } else if (client.fate === 'stuck') end(client, 'reset', nowMs + this.#their.rttMs / 2);
  }

  #forget(client: Client): void {
    if (client.holdsRequest) this.#dropRequest(client);
  }

  #letIn(client: Client, nowMs: number): void {
    this.#dropRequest(client);
    client.fate = 'in';
    client.inAtMs = nowMs;
    this.#line.add(nowMs);
    this.#line.serve(nowMs);
  }

  #dropRequest(client: Client): void {
    if (!client.holdsRequest) return;
    client.holdsRequest = false;
    this.#requests--;
  }

  #acceptQueueIsFull(): boolean {
    return this.#line.length >= this.#acceptQueueTakes;
  }
}

/** After everything of the same moment. */
const momentMs = 0.001;

function end(client: Client, fate: Fate, atMs: number): void {
  client.fate = fate;
  client.endedAtMs = atMs;
}
