import type { ListenerDone, ListenerOptions } from './options.ts';
import type { SocketPoll } from './socket-poll.ts';
import {
  closeSocket,
  drain,
  errno,
  POLLERR,
  POLLHUP,
  POLLIN,
  POLLOUT,
  sendOn,
  shutdownWrite,
} from './tcp-socket.ts';

interface Connection {
  readonly fd: number;
  /** POLLIN ... it waits for; 0: nobody has to look at it. */
  events: number;
  readonly closeAtMs: number;
  isOpen: boolean;
  replyBytesLeft: number;
  replied: boolean;
}

const chunk = Buffer.alloc(65536, 'halfopen ');
const never = Number.POSITIVE_INFINITY;

/** The accepted connections of a server: reads, replies, closes or keeps them as the options say. */
export class ServedConnections {
  readonly #options: ListenerOptions;
  readonly #poll: SocketPoll;
  readonly #open = new Map<number, Connection>();
  /** Those which close at their time. All wait equally long, so they are in order. */
  #closing: Connection[] = [];
  #closed = 0;
  #accepted = 0;
  #closedByPeer = 0;
  #reset = 0;
  #bytesRead = 0;

  constructor(options: ListenerOptions, poll: SocketPoll) {
    this.#options = options;
    this.#poll = poll;
  }

  add(fd: number): void {
    this.#accepted++;
    const { read, replyBytes = 0, closeAfterMs } = this.#options;
    const connection: Connection = {
      fd,
      events: 0,
      closeAtMs: closeAfterMs === undefined ? never : performance.now() + closeAfterMs,
      isOpen: true,
      replyBytesLeft: replyBytes,
      replied: false,
    };
    this.#open.set(fd, connection);
    if (closeAfterMs !== undefined) this.#closing.push(connection);
    // What a quick client has sent (often its FIN too) is there already.
    if (!read) this.#reply(connection);
    else if (!this.#read(connection)) this.#watch(connection, connection.events | POLLIN);
  }

  onEvent(fd: number, events: number): void {
    const connection = this.#open.get(fd);
    if (!connection) return;
    if (events & POLLOUT) this.#reply(connection);
    if (connection.isOpen && events & (POLLIN | POLLERR | POLLHUP)) this.#read(connection);
  }

  msToNextClose(): number {
    const next = this.#closing[this.#closed];
    return next === undefined ? never : next.closeAtMs - performance.now();
  }

  closeExpired(): void {
    if (this.#closed === this.#closing.length) return;
    const nowMs = performance.now();
    for (; ; this.#closed++) {
      const next = this.#closing[this.#closed];
      if (next === undefined || next.closeAtMs > nowMs) break;
      if (next.isOpen) this.#end(next);
    }
    if (this.#closed < 10_000) return;
    this.#closing = this.#closing.slice(this.#closed);
    this.#closed = 0;
  }

  endAll(): void {
    for (const connection of [...this.#open.values()]) this.#end(connection);
  }

  summary(): Omit<ListenerDone, 'tooManyFiles' | 'acceptedPerSocket'> {
    return {
      accepted: this.#accepted,
      closedByPeer: this.#closedByPeer,
      reset: this.#reset,
      open: this.#open.size,
      bytesRead: this.#bytesRead,
    };
  }

  /** True when nothing more will come. */
  #read(connection: Connection): boolean {
    const { bytes, ended, error } = drain(connection.fd);
    this.#bytesRead += bytes;
    const { replyBytes = 0, replyToEach, hold } = this.#options;
    if (bytes > 0 && connection.replied && replyToEach) connection.replyBytesLeft += replyBytes;
    if (bytes > 0 && (!connection.replied || replyToEach)) this.#reply(connection);
    if (!ended) return false;
    this.#watch(connection, 0);
    if (error !== 0) {
      this.#reset++;
      this.#close(connection);
      return true;
    }
    this.#closedByPeer++;
    if (!hold) this.#end(connection);
    return true;
  }

  #reply(connection: Connection): void {
    connection.replied = true;
    while (connection.replyBytesLeft > 0) {
      const sent = sendOn(
        connection.fd,
        chunk.subarray(0, Math.min(chunk.length, connection.replyBytesLeft)),
      );
      if (sent === -errno.EAGAIN) {
        this.#watch(connection, connection.events | POLLOUT);
        return;
      }
      if (sent < 0) break;
      connection.replyBytesLeft -= sent;
    }
    this.#watch(connection, connection.events & ~POLLOUT);
    const { read, hold, closeAfterMs } = this.#options;
    if (!read && !hold && closeAfterMs === undefined) this.#end(connection);
  }

  #end(connection: Connection): void {
    const { shutdownWrite: onlyWrite, lingerMs } = this.#options;
    if (onlyWrite) shutdownWrite(connection.fd);
    else this.#close(connection);
    if (onlyWrite && lingerMs !== undefined) setTimeout(() => this.#close(connection), lingerMs);
  }

  #close(connection: Connection): void {
    if (!connection.isOpen) return;
    connection.isOpen = false;
    this.#open.delete(connection.fd);
    closeSocket(connection.fd);
  }

  /** The poll knows those that wait for something; it forgets a socket by itself when it is closed. */
  #watch(connection: Connection, events: number): void {
    const { fd, events: before } = connection;
    if (events === before) return;
    if (before === 0) this.#poll.add(fd, events);
    else if (events === 0) this.#poll.remove(fd);
    else this.#poll.change(fd, events);
    connection.events = events;
  }
}
