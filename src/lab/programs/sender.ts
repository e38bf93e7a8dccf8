import type { Due } from './due-queue.ts';
import type { ClientsOptions } from './options.ts';
import type { SocketPoll } from './socket-poll.ts';
import type { TalliedConnection, Tally } from './tally.ts';
import {
  bindTo,
  closeSocket,
  connectTo,
  drain,
  errno,
  getOption,
  openSocket,
  option,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  resetSocket,
  SocketError,
  sendOn,
  setKeepalive,
  setOption,
  shutdownWrite,
  socketAddress,
} from './tcp-socket.ts';

/** TCP_REPAIR_OFF_NO_WP: leave repair mode without the window probe, which would tell the peer something. */
const repairOffQuietly = -1;
const never = Number.POSITIVE_INFINITY;

/** What all clients of the program have in common. */
export class SenderSurroundings {
  readonly options: ClientsOptions;
  readonly tally: Tally;
  readonly poll: SocketPoll;
  /** By descriptor: who gets its events. */
  readonly senders: (Sender | undefined)[] = [];
  readonly target: Buffer;
  readonly message: Buffer;

  constructor(options: ClientsOptions, tally: Tally, poll: SocketPoll) {
    this.options = options;
    this.tally = tally;
    this.poll = poll;
    this.target = socketAddress(options.to, options.port);
    this.message = Buffer.alloc(options.sendBytes ?? 0, 'halfopen ');
  }
}

/** One client: connects at its time, does what the options say, and comes back for the next round. */
export class Sender implements Due {
  dueAtMs = never;
  finished = false;
  readonly #around: SenderSurroundings;
  readonly #from: Buffer | undefined;
  #fd = -1;
  /** POLLIN ... it waits for; -1: the poll does not know the socket. */
  #watchedFor = -1;
  #phase: 'waiting' | 'connecting' | 'connected' | 'settled' = 'waiting';
  #connection: TalliedConnection = { startedMs: 0, outcome: undefined };
  #roundsLeft: number;
  #connectAtMs: number;
  #giveUpAtMs = never;
  #closeAtMs = never;
  #sendAtMs = never;
  #requestedAtMs = 0;
  #replyBytesLeft = 0;

  /** `from` as `socketAddress` makes it, with port 0. */
  constructor(around: SenderSurroundings, from: Buffer | undefined, connectAtMs: number) {
    this.#around = around;
    this.#from = from;
    this.#connectAtMs = connectAtMs;
    const { repeats, repeatEveryMs } = around.options;
    this.#roundsLeft = repeats ?? (repeatEveryMs ? never : 1);
  }

  get hasSocket(): boolean {
    return this.#fd >= 0;
  }

  /** Does what is due; returns when it wants to be asked again (Infinity: only after an event). */
  advance(nowMs: number): number {
    if (this.#phase === 'waiting' && nowMs >= this.#connectAtMs) this.#connect(nowMs);
    if (this.#phase === 'connecting' && nowMs >= this.#giveUpAtMs) {
      this.#around.tally.gaveUp(this.#connection, nowMs);
      this.#nextRound();
    }
    if (this.#phase === 'connected' && nowMs >= this.#sendAtMs) this.#send(nowMs);
    if (this.#phase === 'connected' && nowMs >= this.#closeAtMs) this.#close(nowMs);
    return this.#nextMs();
  }

  /** Something happened on its socket; returns as `advance` does. */
  onEvent(events: number, nowMs: number): number {
    if (this.#phase === 'connecting') this.#handshakeEnded(getOption(this.#fd, option.error), nowMs);
    else if (events & (POLLIN | POLLERR | POLLHUP)) this.#receive(nowMs);
    return this.#nextMs();
  }

  #nextMs(): number {
    if (this.finished) return never;
    if (this.#phase === 'waiting') return this.#connectAtMs;
    if (this.#phase === 'connecting') return this.#giveUpAtMs;
    return Math.min(this.#sendAtMs, this.#closeAtMs);
  }

  #connect(nowMs: number): void {
    const { options, tally, target } = this.#around;
    this.#roundsLeft--;
    this.#giveUpAtMs = nowMs + (options.giveUpAfterMs ?? never);
    this.#connection = tally.started(performance.now());
    try {
      this.#openSocket();
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      this.#fail(error.errno, nowMs);
      return;
    }
    this.#phase = 'connecting';
    let number = connectTo(this.#fd, target);
    // Where the answer is processed inside the call (veth, loopback) the handshake is over by now.
    if (number === errno.EINPROGRESS) number = connectTo(this.#fd, target);
    if (number === errno.EALREADY) this.#watch(POLLOUT);
    else this.#handshakeEnded(number, performance.now());
  }

  #openSocket(): void {
    const { to, synCount, userTimeoutMs, keepalive } = this.#around.options;
    const fd = openSocket(to);
    this.#fd = fd;
    if (synCount) setOption(fd, option.synCount, synCount);
    if (userTimeoutMs) setOption(fd, option.userTimeout, userTimeoutMs);
    if (keepalive) setKeepalive(fd, keepalive);
    if (this.#from) {
      setOption(fd, option.bindAddressNoPort, 1);
      bindTo(fd, this.#from);
    }
  }

  #handshakeEnded(number: number, nowMs: number): void {
    if (number !== 0) {
      this.#fail(number, nowMs);
      return;
    }
    this.#around.tally.connected(this.#connection, nowMs);
    this.#phase = 'connected';
    const {
      sendBytes,
      sendEveryMs,
      receiveUntilClose,
      awaitReplyBytes,
      holdMs = 0,
      oldTimestampMs,
    } = this.#around.options;
    const closesAfterReply = awaitReplyBytes !== undefined && sendEveryMs === undefined;
    this.#closeAtMs = receiveUntilClose || closesAfterReply ? never : nowMs + holdMs;
    if (oldTimestampMs) this.#setClockBack(oldTimestampMs);
    if (sendBytes) this.#send(nowMs);
    if (this.#phase !== 'connected') return;
    if (receiveUntilClose || awaitReplyBytes !== undefined) this.#watch(POLLIN);
    else if (this.#closeAtMs > nowMs) this.#watch(0);
  }

  /** TCP_TIMESTAMP gives and sets the value of the next segment's timestamp, in milliseconds, in repair mode only. */
  #setClockBack(ms: number): void {
    setOption(this.#fd, option.repair, 1);
    // The lowest bit says "microseconds" (tcp_usec_ts); ours are milliseconds.
    setOption(this.#fd, option.timestamp, (getOption(this.#fd, option.timestamp) - ms) & ~1);
    setOption(this.#fd, option.repair, repairOffQuietly);
  }

  #send(nowMs: number): void {
    const { sendEveryMs = never, awaitReplyBytes } = this.#around.options;
    if (awaitReplyBytes !== undefined) {
      this.#replyBytesLeft = awaitReplyBytes;
      this.#requestedAtMs = performance.now();
    }
    const sent = sendOn(this.#fd, this.#around.message);
    // With a response to wait for, the next request comes after it.
    this.#sendAtMs = awaitReplyBytes === undefined ? nowMs + sendEveryMs : never;
    if (sent >= 0) this.#around.tally.bytesSent += sent;
    else if (sent !== -errno.EAGAIN) this.#fail(-sent, nowMs);
  }

  #receive(nowMs: number): void {
    const { bytes, ended, error } = drain(this.#fd);
    this.#around.tally.bytesReceived += bytes;
    if (this.#replyBytesLeft > 0 && bytes > 0) this.#takeReply(bytes);
    if (error !== 0) this.#fail(error, nowMs);
    else if (ended) this.#close(nowMs);
  }

  #takeReply(bytes: number): void {
    this.#replyBytesLeft -= bytes;
    if (this.#replyBytesLeft > 0) return;
    const nowMs = performance.now();
    this.#around.tally.replied(nowMs - this.#requestedAtMs);
    const { sendEveryMs, holdMs = 0, receiveUntilClose } = this.#around.options;
    if (sendEveryMs !== undefined) this.#sendAtMs = this.#requestedAtMs + sendEveryMs;
    else if (!receiveUntilClose) this.#closeAtMs = nowMs + holdMs;
  }

  #close(nowMs: number): void {
    const { close = 'fin' } = this.#around.options;
    if (close === 'rst') {
      this.#forget();
      resetSocket(this.#fd);
      this.#fd = -1;
    } else if (close !== 'fin') {
      if (close === 'shutdown-write') shutdownWrite(this.#fd);
      if (this.#watchedFor >= 0) this.#around.poll.remove(this.#fd);
      this.#phase = 'settled';
      this.finished = true;
      return;
    }
    this.#around.tally.closed(this.#connection, nowMs);
    this.#nextRound();
  }

  #fail(number: number, nowMs: number): void {
    this.#around.tally.failed(this.#connection, number, nowMs);
    this.#nextRound();
  }

  #nextRound(): void {
    if (this.#fd >= 0) {
      drain(this.#fd); // close() with unread data sends RST instead of FIN (RFC 1122, 4.2.2.13).
      this.#forget();
      closeSocket(this.#fd);
    }
    this.#fd = -1;
    this.#phase = 'waiting';
    this.#sendAtMs = never;
    this.#replyBytesLeft = 0;
    this.finished = this.#roundsLeft <= 0;
    this.#connectAtMs += this.#around.options.repeatEveryMs ?? 0;
  }

  #watch(events: number): void {
    const { poll, senders } = this.#around;
    if (this.#watchedFor < 0) {
      poll.add(this.#fd, events);
      senders[this.#fd] = this;
    } else if (this.#watchedFor !== events) poll.change(this.#fd, events);
    this.#watchedFor = events;
  }

  /** The poll forgets the socket by itself when it is closed. */
  #forget(): void {
    this.#around.senders[this.#fd] = undefined;
    this.#watchedFor = -1;
  }
}
