import type { InetDiagMessage } from '../../kernel/netlink/inet-diag-message.ts';
import type { ListenerObservation } from '../../tcp/observation.ts';
import type { TcpSocket } from '../../tcp/socket.ts';
import { listenerKey } from './listener-match.ts';
import { QueueRecorder } from './queue-recorder.ts';
import { describeWaiting } from './waiting-connections.ts';

/** One listening socket followed through the window. */
export class ListenerTrack {
  readonly key: string;
  readonly socket: TcpSocket;
  readonly #recorder: QueueRecorder;
  readonly #limitKnown: boolean;
  readonly #bornInWindow: boolean;
  readonly #first: { length: number; limit: number };
  #last: { length: number; limit: number };
  #lastDrops: number | undefined;
  #seenAtEnd = true;
  #peakRequests = 0;
  #requests = { before: 0, after: 0 };
  #waiting = { before: describeWaiting([]), after: describeWaiting([]) };

  constructor(
    socket: TcpSocket,
    options: { windowMs: number; intervalMs: number; bornInWindow: boolean; limitKnown: boolean },
  ) {
    this.key = listenerKey({ family: socket.family, address: socket.localAddress, port: socket.localPort });
    this.socket = socket;
    this.#recorder = new QueueRecorder(options.windowMs, options.intervalMs);
    this.#bornInWindow = options.bornInWindow;
    this.#limitKnown = options.limitKnown;
    this.#first = { length: socket.receiveQueue, limit: socket.sendQueue };
    this.#last = this.#first;
    this.#lastDrops = socket.drops;
  }

  get drops(): number {
    return (this.#lastDrops ?? 0) - this.#firstDrops;
  }

  get #firstDrops(): number {
    return this.#bornInWindow ? 0 : (this.socket.drops ?? 0);
  }

  /** More than half full, or full: worth a look at the packets. */
  get pressed(): boolean {
    return this.#limitKnown && this.#last.length > 0 && this.#last.length > this.#last.limit / 2;
  }

  get queued(): boolean {
    return this.#last.length > 0;
  }

  sample(atMs: number, message: InetDiagMessage): void {
    const [length, limit] = [message.receiveQueue, message.sendQueue];
    // Sampled often, and nearly always the same.
    if (length !== this.#last.length || limit !== this.#last.limit) this.#last = { length, limit };
    this.#lastDrops = message.drops;
    this.#recorder.sample(atMs, length, limit);
  }

  end(
    present: boolean,
    fill: { length: number; limit: number; drops: number | undefined } | undefined,
  ): void {
    this.#seenAtEnd = present;
    if (!fill) return;
    this.#last = fill;
    this.#lastDrops = fill.drops;
  }

  requestsSeen(count: number): void {
    this.#peakRequests = Math.max(this.#peakRequests, count);
  }

  /**
   * What a census found for this address. Members of a reuseport group cannot be told apart, so that each socket of it that has a
   * queue is given the group's members.
   */
  census(when: 'before' | 'after', members: readonly TcpSocket[], requests: number): void {
    this.#waiting[when] = describeWaiting(this.#last.length > 0 || !this.#limitKnown ? members : []);
    this.#requests[when] = requests;
    this.requestsSeen(requests);
  }

  finish(pids: readonly number[]): ListenerObservation {
    const queue = this.#recorder.finish();
    const { socket } = this;
    return {
      cookie: socket.cookie,
      family: socket.family,
      address: socket.localAddress,
      port: socket.localPort,
      boundInterface: socket.boundInterface,
      inode: socket.inode,
      uid: socket.uid,
      ...(socket.cgroupId === undefined ? {} : { cgroupId: socket.cgroupId }),
      acceptQueue: { before: this.#first, after: this.#last },
      limitKnown: this.#limitKnown,
      ...(this.#lastDrops === undefined
        ? {}
        : { drops: { before: this.#firstDrops, after: this.#lastDrops } }),
      presence: { before: !this.#bornInWindow, after: this.#seenAtEnd },
      ...(queue === undefined ? {} : { queue }),
      waiting: this.#waiting,
      synRecv: { ...this.#requests, peak: this.#peakRequests },
      pids,
    };
  }
}
