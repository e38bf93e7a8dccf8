import { libc } from '../../kernel/ffi.ts';

// epoll(7); the bits of events are those of poll(2).
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;

/** struct epoll_event is packed on x86-64 only. */
const dataAt = process.arch === 'x64' ? 4 : 8;
const eventBytes = dataAt + 8;
const mostAtOnce = 1024;

/**
 * Level-triggered epoll over descriptors: what holds is told again until it is dealt with, as by poll(2), but at a cost that does
 * not grow with the number of sockets. Errors are always told. A descriptor that is closed is out by itself.
 */
export class SocketPoll {
  readonly #fd: number = libc().call.epoll_create1(0);
  readonly #happened = Buffer.alloc(mostAtOnce * eventBytes);
  readonly #event = Buffer.alloc(eventBytes);

  add(fd: number, events: number): void {
    this.#control(EPOLL_CTL_ADD, fd, events);
  }

  change(fd: number, events: number): void {
    this.#control(EPOLL_CTL_MOD, fd, events);
  }

  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0);
  }

  /** Waits at most `timeoutMs` (whole milliseconds, rounded up) and calls back for each descriptor something happened on. */
  wait(timeoutMs: number, onEvent: (fd: number, events: number) => void): void {
    const waitMs = Math.max(0, Math.ceil(timeoutMs));
    const count = libc().call.epoll_wait(this.#fd, this.#happened, mostAtOnce, waitMs) as number;
    for (let i = 0; i < count; i++) {
      const at = i * eventBytes;
      onEvent(this.#happened.readInt32LE(at + dataAt), this.#happened.readUInt32LE(at));
    }
  }

  #control(operation: number, fd: number, events: number): void {
    this.#event.writeUInt32LE(events, 0);
    this.#event.writeInt32LE(fd, dataAt);
    const { call, errno, describe } = libc();
    if (call.epoll_ctl(this.#fd, operation, fd, this.#event) === 0) return;
    throw new Error(`epoll_ctl ${operation} of ${fd}: ${describe(errno())}`);
  }
}
