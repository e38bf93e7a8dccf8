import type { ListenerOptions } from './options.ts';
import { setCongestionControl, setSocketOptions } from './socket-options.ts';
import type { SocketPoll } from './socket-poll.ts';
import {
  bindSocket,
  closeSocket,
  listenOn,
  openSocket,
  option,
  POLLIN,
  setKeepalive,
  setOption,
} from './tcp-socket.ts';

/** The sockets a server listens on: one, or several that share the port (SO_REUSEPORT). */
export class ListeningSockets {
  readonly acceptedPerSocket: number[];
  readonly #options: ListenerOptions;
  /** By number; -1: closed. */
  readonly #fds: number[];
  #poll: SocketPoll | undefined;
  #accepting = false;

  constructor(options: ListenerOptions) {
    this.#options = options;
    this.#fds = Array.from({ length: options.sockets ?? 1 }, () => openListener(options));
    this.acceptedPerSocket = this.#fds.map(() => 0);
  }

  /** Its number, when `fd` is one of them. */
  numberOf(fd: number): number | undefined {
    const number = this.#fds.indexOf(fd);
    return number < 0 ? undefined : number;
  }

  /** From now on `poll` tells when somebody waits, while `accept(true)` holds. */
  watch(poll: SocketPoll): void {
    this.#poll = poll;
    for (const fd of this.#acceptedFrom()) poll.add(fd, 0);
  }

  accept(accepting: boolean): void {
    if (this.#accepting === accepting) return;
    this.#accepting = accepting;
    for (const fd of this.#acceptedFrom()) this.#poll?.change(fd, accepting ? POLLIN : 0);
  }

  /** listen() on a live socket takes the new backlog at once, capped by somaxconn as it is now (inet_listen()). */
  listenAgain(backlog: number): void {
    for (const fd of this.#fds) if (fd >= 0) listenOn(fd, backlog);
  }

  close(number: number): void {
    const fd = this.#fds[number] ?? -1;
    if (fd >= 0) closeSocket(fd);
    this.#fds[number] = -1;
  }

  #acceptedFrom(): number[] {
    const { acceptFromSockets } = this.#options;
    return this.#fds.filter((fd, number) => fd >= 0 && (acceptFromSockets?.includes(number) ?? true));
  }
}

function openListener({ address, port, backlog, sockets = 1, ...rest }: ListenerOptions): number {
  const fd = openSocket(address);
  setOption(fd, option.reuseAddress, 1);
  if (sockets > 1 || rest.reusePort) setOption(fd, option.reusePort, 1);
  if (address.includes(':')) setOption(fd, option.ipv6Only, rest.dualStack ? 0 : 1);
  if (rest.keepalive) setKeepalive(fd, rest.keepalive); // Accepted sockets inherit it.
  if (rest.synCount) setOption(fd, option.synCount, rest.synCount);
  if (rest.deferAcceptSeconds) setOption(fd, option.deferAccept, rest.deferAcceptSeconds);
  if (rest.socketOptions) setSocketOptions(fd, rest.socketOptions);
  if (rest.congestionControl) setCongestionControl(fd, rest.congestionControl);
  bindSocket(fd, address, port);
  listenOn(fd, backlog);
  return fd;
}
