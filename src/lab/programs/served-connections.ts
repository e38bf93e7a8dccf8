import type { ListenerDone, ListenerOptions } from './options.ts';
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
  type Watched,
} from './tcp-socket.ts';

interface Connection extends Watched {
  readonly fd: number;
  events: number;
  closeAtMs: number;
  replyBytesLeft: number;
  replied: boolean;
}

const chunk = Buffer.alloc(65536, 'halfopen ');

/** The accepted connections of a server: reads, replies, closes or keeps them as the options say. */
export class ServedConnections {
  readonly #options: ListenerOptions;
  readonly #open = new Map<number, Connection>();
  #accepted = 0;
  #closedByPeer = 0;
  #reset = 0;
  #bytesRead = 0;

  constructor(options: ListenerOptions) {
    this.#options = options;
  }

  add(fd: number): void {
    this.#accepted++;
    const { read, replyBytes = 0, closeAfterMs } = this.#options;
    const closeAtMs =
      closeAfterMs === undefined ? Number.POSITIVE_INFINITY : performance.now() + closeAfterMs;
    const connection = {
      fd,
      events: read ? POLLIN : 0,
      closeAtMs,
      replyBytesLeft: replyBytes,
      replied: false,
    };
    this.#open.set(fd, connection);
    if (!read) this.#reply(connection);
  }

  /** Connections somebody has to look at; one that is only kept needs no events, and errors come without asking. */
  watched(): Connection[] {
    return [...this.#open.values()].filter((connection) => connection.events !== 0);
  }

  onEvent(fd: number, events: number): void {
    const connection = this.#open.get(fd);
    if (!connection) return;
    if (events & POLLOUT) this.#reply(connection);
    if (events & (POLLIN | POLLERR | POLLHUP)) this.#read(connection);
  }

  msToNextClose(): number {
    if (this.#options.closeAfterMs === undefined) return Number.POSITIVE_INFINITY;
    // All wait equally long, so the first one still in line is the next.
    for (const { closeAtMs } of this.#open.values())
      if (Number.isFinite(closeAtMs)) return closeAtMs - performance.now();
    return Number.POSITIVE_INFINITY;
  }

  closeExpired(): void {
    if (this.#options.closeAfterMs === undefined) return;
    const nowMs = performance.now();
    for (const connection of this.#open.values()) if (connection.closeAtMs <= nowMs) this.#end(connection);
  }

  summary(): Omit<ListenerDone, 'tooManyFiles'> {
    return {
      accepted: this.#accepted,
      closedByPeer: this.#closedByPeer,
      reset: this.#reset,
      open: this.#open.size,
      bytesRead: this.#bytesRead,
    };
  }

  #read(connection: Connection): void {
    const { bytes, ended, error } = drain(connection.fd);
    this.#bytesRead += bytes;
    if (bytes > 0 && !connection.replied) this.#reply(connection);
    if (!ended) return;
    connection.events = 0;
    if (error !== 0) {
      this.#reset++;
      this.#close(connection);
      return;
    }
    this.#closedByPeer++;
    if (!this.#options.hold) this.#end(connection);
  }

  #reply(connection: Connection): void {
    connection.replied = true;
    while (connection.replyBytesLeft > 0) {
      const sent = sendOn(
        connection.fd,
        chunk.subarray(0, Math.min(chunk.length, connection.replyBytesLeft)),
      );
      if (sent === -errno.EAGAIN) {
        connection.events |= POLLOUT;
        return;
      }
      if (sent < 0) break;
      connection.replyBytesLeft -= sent;
    }
    connection.events &= ~POLLOUT;
    const { read, hold, closeAfterMs } = this.#options;
    if (!read && !hold && closeAfterMs === undefined) this.#end(connection);
  }

  #end(connection: Connection): void {
    if (!this.#options.shutdownWrite) {
      this.#close(connection);
      return;
    }
    shutdownWrite(connection.fd);
    connection.closeAtMs = Number.POSITIVE_INFINITY;
  }

  #close(connection: Connection): void {
    this.#open.delete(connection.fd);
    closeSocket(connection.fd);
  }
}
