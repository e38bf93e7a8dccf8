import { libc } from '../../kernel/ffi.ts';
import { pollList, waitFor } from './precise-wait.ts';

// epoll(7)
const EPOLL_CTL_ADD = 1;
const EPOLL_CTL_DEL = 2;
const EPOLL_CTL_MOD = 3;
export const EPOLLIN = 1;
export const EPOLLOUT = 4;
export const EPOLLERR = 8;
export const EPOLLHUP = 0x10;
export const EPOLLRDHUP = 0x2000;
const EPOLLET = 0x80000000;

/** struct epoll_event is packed on x86-64 only. */
const dataAt = process.arch === 'x64' ? 4 : 8;
const eventBytes = dataAt + 8;
const mostAtOnce = 64;

const eventNames: readonly (readonly [number, string])[] = [
  [EPOLLIN, 'IN'],
  [EPOLLOUT, 'OUT'],
  [EPOLLERR, 'ERR'],
  [EPOLLHUP, 'HUP'],
  [EPOLLRDHUP, 'RDHUP'],
];

/** "IN|ERR|HUP" */
export function eventText(events: number): string {
  return eventNames
    .filter(([bit]) => events & bit)
    .map(([, name]) => name)
    .join('|');
}

/**
 * Edge-triggered epoll: each thing that happens is told once, with all that holds at that moment, and a socket that
 * stays readable or dead is not told again.
 */
export class EventPoll {
  readonly #fd: number = libc().call.epoll_create1(0);
  readonly #list = pollList([this.#fd]);
  readonly #events = Buffer.alloc(mostAtOnce * eventBytes);

  /** `id` comes back with its events; errors are always told. */
  add(fd: number, id: number, events: number): void {
    this.#control(EPOLL_CTL_ADD, fd, id, events);
  }

  /** What already holds is told again. */
  change(fd: number, id: number, events: number): void {
    this.#control(EPOLL_CTL_MOD, fd, id, events);
  }

  remove(fd: number): void {
    this.#control(EPOLL_CTL_DEL, fd, 0, 0);
  }

  /** Blocks for at most `ms` (with fractions), then calls back for whatever has happened. */
  wait(ms: number, onEvent: (id: number, events: number) => void): void {
    waitFor(this.#list, ms);
    const count = libc().call.epoll_wait(this.#fd, this.#events, mostAtOnce, 0) as number;
    for (let i = 0; i < count; i++) {
      const at = i * eventBytes;
      onEvent(this.#events.readUInt32LE(at + dataAt), this.#events.readUInt32LE(at));
    }
  }

  #control(operation: number, fd: number, id: number, events: number): void {
    const event = Buffer.alloc(eventBytes);
    event.writeUInt32LE((events | EPOLLET) >>> 0, 0);
    event.writeUInt32LE(id, dataAt);
    libc().call.epoll_ctl(this.#fd, operation, fd, event);
  }
}
