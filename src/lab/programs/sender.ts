import type { ClientsOptions } from './options.ts';
import type { Tally } from './tally.ts';
import {
  bindSocket,
  closeSocket,
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
  startConnect,
  type Watched,
} from './tcp-socket.ts';

/** TCP_REPAIR_OFF_NO_WP: leave repair mode without the window probe, which would tell the peer something. */
const repairOffQuietly = -1;

/** One client: connects at its time, does what the options say, and comes back for the next round. */
export class Sender implements Watched {
  fd = -1;
  events = 0;
  finished = false;
  readonly #options: ClientsOptions;
  readonly #tally: Tally;
  readonly #from: string | undefined;
  #phase: 'waiting' | 'connecting' | 'connected' | 'settled' = 'waiting';
  #roundsLeft: number;
  #connectAtMs: number;
  #startedAtMs = 0;
  #giveUpAtMs = Number.POSITIVE_INFINITY;
  #closeAtMs = Number.POSITIVE_INFINITY;
  #sendAtMs = Number.POSITIVE_INFINITY;

  constructor(options: ClientsOptions, tally: Tally, from: string | undefined, connectAtMs: number) {
    this.#options = options;
    this.#tally = tally;
    this.#from = from;
    this.#connectAtMs = connectAtMs;
    this.#roundsLeft = options.repeats ?? (options.repeatEveryMs ? Number.POSITIVE_INFINITY : 1);
  }

  /** Does what is due; returns when it wants to be asked again (Infinity: only after an event). */
  advance(nowMs: number): number {
    if (this.#phase === 'waiting' && nowMs >= this.#connectAtMs) this.#connect(nowMs);
    if (this.#phase === 'connecting' && nowMs >= this.#giveUpAtMs) {
      this.#tally.gaveUp++;
      this.#nextRound();
    }
    if (this.#phase === 'connected' && nowMs >= this.#sendAtMs) this.#send(nowMs);
    if (this.#phase === 'connected' && nowMs >= this.#closeAtMs) this.#close();
    if (this.finished) return Number.POSITIVE_INFINITY;
    if (this.#phase === 'waiting') return this.#connectAtMs;
    if (this.#phase === 'connecting') return this.#giveUpAtMs;
    return Math.min(this.#sendAtMs, this.#closeAtMs);
  }

  onEvent(events: number, nowMs: number): void {
    if (this.#phase === 'connecting') this.#connected(nowMs);
    else if (events & (POLLIN | POLLERR | POLLHUP)) this.#receive();
  }

  #connect(nowMs: number): void {
    this.#tally.attempted++;
    this.#roundsLeft--;
    this.#giveUpAtMs = nowMs + (this.#options.giveUpAfterMs ?? Number.POSITIVE_INFINITY);
    try {
      this.fd = this.#openSocket();
    } catch (error) {
      if (!(error instanceof SocketError)) throw error;
      this.#fail(error.errno);
      return;
    }
    this.#startedAtMs = performance.now();
    const number = startConnect(this.fd, this.#options.to, this.#options.port);
    if (number !== 0 && number !== errno.EINPROGRESS) {
      this.#fail(number);
      return;
    }
    this.#phase = 'connecting';
    this.events = POLLOUT;
  }

  #openSocket(): number {
    const { to, synCount, userTimeoutMs, keepalive } = this.#options;
    const fd = openSocket(to);
    if (synCount) setOption(fd, option.synCount, synCount);
    if (userTimeoutMs) setOption(fd, option.userTimeout, userTimeoutMs);
    if (keepalive) setKeepalive(fd, keepalive);
    if (this.#from) {
      setOption(fd, option.bindAddressNoPort, 1);
      bindSocket(fd, this.#from, 0);
    }
    return fd;
  }

  #connected(nowMs: number): void {
    const number = getOption(this.fd, option.error);
    if (number !== 0) {
      this.#fail(number);
      return;
    }
    this.#tally.established++;
    this.#tally.connectMs.push(nowMs - this.#startedAtMs);
    this.#phase = 'connected';
    const { sendBytes, receiveUntilClose, holdMs = 0, oldTimestampMs } = this.#options;
    this.events = receiveUntilClose ? POLLIN : 0;
    this.#closeAtMs = receiveUntilClose ? Number.POSITIVE_INFINITY : nowMs + holdMs;
    if (oldTimestampMs) this.#setClockBack(oldTimestampMs);
    if (sendBytes) this.#send(nowMs);
    else this.advance(nowMs);
  }

  /** TCP_TIMESTAMP gives and sets the value of the next segment's timestamp, in milliseconds, in repair mode only. */
  #setClockBack(ms: number): void {
    setOption(this.fd, option.repair, 1);
    // The lowest bit says "microseconds" (tcp_usec_ts); ours are milliseconds.
    setOption(this.fd, option.timestamp, (getOption(this.fd, option.timestamp) - ms) & ~1);
    setOption(this.fd, option.repair, repairOffQuietly);
  }

  #send(nowMs: number): void {
    const { sendBytes = 0, sendEveryMs = Number.POSITIVE_INFINITY } = this.#options;
    const sent = sendOn(this.fd, Buffer.alloc(sendBytes, 'halfopen '));
    this.#sendAtMs = nowMs + sendEveryMs;
    if (sent >= 0) this.#tally.bytesSent += sent;
    else if (sent !== -errno.EAGAIN) this.#fail(-sent);
  }

  #receive(): void {
    const { bytes, ended, error } = drain(this.fd);
    this.#tally.bytesReceived += bytes;
    if (error !== 0) this.#fail(error);
    else if (ended) this.#close();
  }

  #close(): void {
    const { close = 'fin' } = this.#options;
    if (close === 'rst') {
      resetSocket(this.fd);
      this.fd = -1;
    } else if (close !== 'fin') {
      if (close === 'shutdown-write') shutdownWrite(this.fd);
      this.#phase = 'settled';
      this.finished = true;
      return;
    }
    this.#nextRound();
  }

  #fail(number: number): void {
    this.#tally.failed(number);
    this.#nextRound();
  }

  #nextRound(): void {
    if (this.fd >= 0) {
      drain(this.fd); // close() with unread data sends RST instead of FIN (RFC 1122, 4.2.2.13).
      closeSocket(this.fd);
    }
    this.fd = -1;
    this.events = 0;
    this.#phase = 'waiting';
    this.#sendAtMs = Number.POSITIVE_INFINITY;
    this.finished = this.#roundsLeft <= 0;
    this.#connectAtMs += this.#options.repeatEveryMs ?? 0;
  }
}
