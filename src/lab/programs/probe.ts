import { tcpStates } from '../../tcp/socket.ts';
import type { BlockingConnector } from './blocking-connector.ts';
import { readErrorQueue } from './error-queue.ts';
import {
  EPOLLERR,
  EPOLLHUP,
  EPOLLIN,
  EPOLLOUT,
  EPOLLRDHUP,
  type EventPoll,
  eventText,
} from './event-poll.ts';
import { monotonicMs } from './precise-clock.ts';
import { ProbeRecord } from './probe-record.ts';
import { ProbeSchedule } from './probe-schedule.ts';
import { openProbeSocket } from './probe-socket.ts';
import type { ProbeOptions, ProbeResult, ProbeStep } from './probes-options.ts';
import {
  closeSocket,
  errno,
  getOption,
  localEndpoint,
  option,
  receiveFrom,
  resetSocket,
  SocketError,
  sendOn,
  setBlocking,
  shutdownWrite,
  startConnect,
  tcpState,
} from './tcp-socket.ts';

const establishedOrLater = new Set([
  'ESTABLISHED',
  'FIN_WAIT1',
  'FIN_WAIT2',
  'CLOSE_WAIT',
  'LAST_ACK',
  'CLOSING',
]);

const lookForAddressEveryMs = 1;

/**
 * One connection, watched from its first call to its end. Phases: waiting for its start, calling (a blocking connect),
 * connecting, connected, dead (the kernel has given it up, the descriptor is still ours), over.
 */
export class Probe {
  readonly #options: ProbeOptions;
  readonly #id: number;
  readonly #poll: EventPoll;
  readonly #connector: BlockingConnector | undefined;
  readonly #startAtMs: number;
  readonly #schedule: ProbeSchedule;
  readonly #record: ProbeRecord;
  #fd = -1;
  #phase: 'waiting' | 'calling' | 'connecting' | 'connected' | 'dead' | 'over' = 'waiting';
  #finSent = false;

  /** Times are by `monotonicMs`. `connector` for a blocking connect. */
  constructor(
    options: ProbeOptions,
    id: number,
    poll: EventPoll,
    startedAtMs: number,
    unixOffsetMs: number,
    connector: BlockingConnector | undefined,
  ) {
    this.#options = options;
    this.#id = id;
    this.#poll = poll;
    this.#connector = connector;
    this.#startAtMs = startedAtMs + (options.startAtMs ?? 0);
    this.#schedule = new ProbeSchedule(options.steps ?? [], options.watchMs);
    this.#record = new ProbeRecord(options.name, unixOffsetMs);
  }

  get isOver(): boolean {
    return this.#phase === 'over';
  }

  /** It would be watched for ever. */
  get isOpenEnded(): boolean {
    return !this.isOver && this.#options.watchMs === undefined;
  }

  /** Does what is due; returns when it wants to be asked again. */
  advance(nowMs: number): number {
    if (this.#phase === 'waiting') {
      if (nowMs < this.#startAtMs) return this.#startAtMs;
      this.#start();
    }
    if (this.#phase === 'calling') this.#askConnector();
    while (this.#phase !== 'over' && this.#phase !== 'calling') {
      const step = this.#schedule.takeDue(monotonicMs());
      if (step === undefined) break;
      this.#do(step);
    }
    if (this.#phase === 'dead' && this.#schedule.isEmpty) this.finish();
    if (this.#schedule.isWatchOver(nowMs)) this.finish();
    if (this.isOver) return Number.POSITIVE_INFINITY;
    if (this.#phase !== 'calling' || this.#record.local) return this.#schedule.nextAtMs;
    return nowMs + lookForAddressEveryMs; // It can be seen only while the thread is in connect(2).
  }

  onEvent(events: number): void {
    if (this.#phase !== 'connecting' && this.#phase !== 'connected') return;
    this.#record.add({ what: 'poll', events: eventText(events) });
    if (this.#phase === 'connecting') this.#onConnecting(events);
    else this.#onConnected(events);
  }

  /** Ends the watch; what is still open is closed. */
  finish(): void {
    if (this.#phase === 'over') return;
    if (this.#fd >= 0) {
      this.#record.stateAtEnd = this.#state();
      // A descriptor that a thread still connects with must not be given to somebody else.
      if (this.#phase !== 'calling') this.#close();
    }
    this.#record.endedAtMs = monotonicMs();
    this.#phase = 'over';
  }

  result(): ProbeResult {
    return this.#record.result();
  }

  #start(): void {
    this.#connectBegins(monotonicMs());
    try {
      this.#fd = openProbeSocket(this.#options);
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      this.#record.failed(error.call, error.errno);
      this.finish();
      return;
    }
    if (this.#connector) {
      this.#phase = 'calling';
      this.#connector.connect(this.#fd);
      return;
    }
    this.#connectBegins(monotonicMs());
    const error = startConnect(this.#fd, this.#options.to, this.#options.port);
    this.#connectReturned(error, monotonicMs());
  }

  #connectBegins(atMs: number): void {
    this.#record.connectAtMs = atMs;
    this.#schedule.anchor('connect', atMs);
  }

  #askConnector(): void {
    const returned = this.#connector?.returned();
    this.#noteLocalEndpoint();
    if (returned === undefined) return;
    this.#connectBegins(returned.calledAtMs);
    const { errno: number, atMs } = returned;
    this.#record.add({ what: 'connect-returned', errno: this.#record.nameOf(number) }, atMs);
    setBlocking(this.#fd, false);
    this.#connectReturned(number, atMs);
  }

  #connectReturned(error: number, atMs: number): void {
    this.#noteLocalEndpoint();
    this.#phase = 'connecting';
    if (error === 0) {
      this.#poll.add(this.#fd, this.#id, EPOLLOUT);
      this.#established(atMs);
      return;
    }
    if (error !== errno.EINPROGRESS) {
      this.#record.failed('connect', error, atMs);
      this.#takeError(0);
      if (this.#isGone()) return;
    }
    this.#poll.add(this.#fd, this.#id, EPOLLOUT);
  }

  /** A failed connect takes the address away and leaves the port (inet_reset_saddr): the best we have seen is kept. */
  #noteLocalEndpoint(): void {
    const local = localEndpoint(this.#fd);
    const isAddress = local.address !== '0.0.0.0' && local.address !== '::';
    if (local.port !== 0) this.#record.local ??= isAddress ? local : { ...local, address: null };
  }

  #onConnecting(events: number): void {
    const atMs = monotonicMs();
    this.#takeError(events);
    if (this.#isGone()) return;
    // On veth an ICMP error is told while SYNs still go out: such a socket is neither connected nor dead.
    if (events & EPOLLOUT && establishedOrLater.has(this.#state())) this.#established(atMs);
  }

  #established(atMs: number): void {
    this.#phase = 'connected';
    this.#record.establishedAtMs = atMs;
    this.#record.add({ what: 'established' }, atMs);
    this.#schedule.anchor('established', atMs);
    this.#poll.change(this.#fd, this.#id, EPOLLIN | EPOLLRDHUP);
  }

  #onConnected(events: number): void {
    const isTold = this.#options.read === 'at-steps' ? false : this.#read(Number.POSITIVE_INFINITY);
    this.#takeError(isTold ? 0 : events);
    this.#isGone();
  }

  /** SO_ERROR before the error queue: taking the last ICMP error out of that clears it (sock_dequeue_err_skb). */
  #takeError(events: number): void {
    const error = events & (EPOLLERR | EPOLLHUP) ? getOption(this.#fd, option.error) : 0;
    if (error !== 0) this.#record.failed('SO_ERROR', error);
    const atMs = monotonicMs();
    for (const queued of readErrorQueue(this.#fd)) this.#record.add({ what: 'error-queue', ...queued }, atMs);
  }

  /** True when reading told an error. */
  #read(mostBytes: number): boolean {
    let left = mostBytes;
    while (left > 0) {
      const got = receiveFrom(this.#fd, left);
      const atMs = monotonicMs();
      if (got === -errno.EAGAIN) return false;
      if (got < 0) this.#record.failed('recv', -got, atMs);
      if (got === 0 && this.#record.ended(atMs)) this.#schedule.anchor('end-of-stream', atMs);
      if (got <= 0) return got < 0;
      this.#record.received(got, atMs);
      left -= got;
    }
    return false;
  }

  /** Whether the kernel holds the connection for closed; then nothing more is asked of it but the steps that are left. */
  #isGone(): boolean {
    if (this.#state() !== 'CLOSE') return false;
    if (this.#phase === 'dead') return true;
    const isOrderly = this.#finSent && this.#record.hasEnded && !this.#record.hasFailed;
    if (!isOrderly) this.#record.died();
    this.#phase = 'dead';
    return true;
  }

  #state(): string {
    return tcpStates[tcpState(this.#fd)] ?? 'UNKNOWN';
  }

  #do(step: ProbeStep): void {
    if (step.do === 'send') this.#send(step.bytes ?? 1);
    else if (step.do === 'read') this.#read(step.bytes ?? Number.POSITIVE_INFINITY);
    else if (step.do === 'shutdown-write') this.#shutdownWrite();
    else {
      this.#record.add({ what: step.do });
      this.#record.stateAtEnd = null;
      if (step.do === 'close') this.#close();
      else this.#reset();
      this.finish();
    }
  }

  #send(bytes: number): void {
    const data = Buffer.alloc(bytes, 'halfopen ');
    const atMs = monotonicMs();
    const sent = sendOn(this.#fd, data);
    if (sent >= 0 || sent === -errno.EAGAIN) this.#record.sent(Math.max(sent, 0), atMs);
    else this.#record.failed('send', -sent, atMs);
  }

  #shutdownWrite(): void {
    const atMs = monotonicMs();
    const error = shutdownWrite(this.#fd);
    if (error !== 0) this.#record.failed('shutdown', error, atMs);
    else {
      this.#finSent = true;
      this.#record.add({ what: 'shutdown-write' }, atMs);
    }
  }

  #close(): void {
    closeSocket(this.#fd);
    this.#fd = -1;
  }

  #reset(): void {
    resetSocket(this.#fd);
    this.#fd = -1;
  }
}
