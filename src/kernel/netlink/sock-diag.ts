import os from 'node:os';
import { HalfopenError } from '../../base/errors.ts';
import {
  absent,
  denied,
  type MissingReading,
  malformed,
  ok,
  type Reading,
  unsupported,
} from '../../tcp/reading.ts';
import { describeErrno, libc } from '../ffi.ts';
import { inNamespace } from '../netns/enter.ts';
import { CookieSet } from './cookie-set.ts';
import { InetDiagMessage } from './inet-diag-message.ts';
import {
  type DumpRequest,
  encodeDumpRequest,
  renumber,
  SOCK_DIAG_BY_FAMILY,
  TCPDIAG_GETSOCK,
} from './sock-diag-request.ts';

const AF_NETLINK = 16;
const SOCK_RAW = 3;
const SOCK_CLOEXEC = 0x80000;
const NETLINK_SOCK_DIAG = 4;
const SOL_SOCKET = 1;
const SO_RCVTIMEO = 20;
const RECEIVE_TIMEOUT_S = 5;

const NLMSG_ERROR = 2;
const NLMSG_DONE = 3;
const NLMSG_OVERRUN = 4;
const NLM_F_DUMP_INTR = 0x10;
const HEADER_BYTES = 16;
const BUFFER_BYTES = 256 * 1024;
const ATTEMPTS = 3;

const SOURCE = 'sock_diag';
const littleEndian = os.endianness() === 'LE';

/** The byte seam: what a dump is read from. The kernel's socket, or a recording. */
export interface NetlinkTransport {
  /** Sends one request; a negative number is -errno. */
  readonly send: (request: Uint8Array) => number;
  /** Fills the buffer with one datagram; its length, or -errno. */
  readonly receive: (buffer: Uint8Array) => number;
  readonly close: () => void;
}

export interface DumpResult {
  /** Sockets shown. */
  readonly sockets: number;
  /** Times the dump was repeated because the kernel said the table changed under it (NLM_F_DUMP_INTR). */
  readonly repeats: number;
}

/** Dumps are synchronous: one buffer serves the sockets of all namespaces. A visitor must not dump. */
const sharedBuffer = new Uint8Array(BUFFER_BYTES);
const sharedView = new DataView(sharedBuffer.buffer);

/** One NETLINK_SOCK_DIAG socket in one network namespace; the caller closes it. */
export class SockDiag implements Disposable {
  readonly #transport: NetlinkTransport;
  readonly #buffer = sharedBuffer;
  readonly #view = sharedView;
  readonly #message = new InetDiagMessage(littleEndian);
  readonly #seen = new CookieSet();
  readonly #encoded = new WeakMap<DumpRequest, Uint8Array>();
  #sequence = 0;

  constructor(transport: NetlinkTransport) {
    this.#transport = transport;
  }

  /** Opens the socket inside the namespace (null: ours). It stays there after we have left. */
  static open(namespacePath: string | null): Reading<SockDiag> {
    try {
      return inNamespace(namespacePath, () => mapOpened(openTransport()));
    } catch (error) {
      if (error instanceof HalfopenError)
        return denied(SOURCE, `root to enter ${namespacePath}: ${error.detail.said}`);
      return absent(SOURCE, `libc cannot be called: ${firstLine(error)}`);
    }
  }

  /**
   * Dumps the sockets that match and shows each once (by cookie) to `visit`: one moving cursor, copy what must last. When the kernel
   * says that the dump was interrupted it is repeated, which shows what was missed. It is not atomic: a socket that changes
   * state meanwhile may be missing.
   */
  dump(request: DumpRequest, visit: (message: InetDiagMessage) => void): Reading<DumpResult> {
    this.#seen.clear();
    let sockets = 0;
    const visitNew = (message: InetDiagMessage): void => {
      if (!this.#seen.add(message.cookieHigh, message.cookieLow)) return;
      sockets++;
      visit(message);
    };
    for (let repeats = 0; ; repeats++) {
      const result = this.#dumpOnce(request, visitNew);
      if (result.status !== 'ok') return result;
      if (!result.value.interrupted || repeats + 1 >= ATTEMPTS) return ok({ sockets, repeats });
    }
  }

  /** Several dumps, one for each family as a rule. A kernel without IPv6 has no IPv6 sockets to miss. */
  dumpAll(requests: readonly DumpRequest[], visit: (message: InetDiagMessage) => void): Reading<true> {
    for (const request of requests) {
      const result = this.dump(request, visit);
      const noIpv6 = request.family === 'ipv6' && result.status === 'unsupported';
      if (result.status !== 'ok' && !noIpv6) return result;
    }
    return ok(true);
  }

  /** The same request is asked 50 times a second: it is encoded once, and its sequence number renewed in place. */
  #encode(request: DumpRequest): Uint8Array {
    this.#sequence++;
    const known = this.#encoded.get(request);
    if (known) {
      renumber(known, this.#sequence, littleEndian);
      return known;
    }
    const encoded = encodeDumpRequest(request, this.#sequence, littleEndian);
    this.#encoded.set(request, encoded);
    return encoded;
  }

  #dumpOnce(
    request: DumpRequest,
    visit: (message: InetDiagMessage) => void,
  ): Reading<{ interrupted: boolean }> {
    const sent = this.#transport.send(this.#encode(request));
    if (sent < 0) return failed('send a dump request', -sent);
    let interrupted = false;
    for (;;) {
      const received = this.#transport.receive(this.#buffer);
      if (received <= 0) return failed('receive a dump', -received);
      for (let at = 0; at < received; ) {
        if (at + HEADER_BYTES > received) return cutOff(at, received);
        const length = this.#view.getUint32(at, littleEndian);
        if (length < HEADER_BYTES || at + length > received) return cutOff(at, received, length);
        const type = this.#view.getUint16(at + 4, littleEndian);
        if ((this.#view.getUint16(at + 6, littleEndian) & NLM_F_DUMP_INTR) !== 0) interrupted = true;
        const ours = this.#view.getUint32(at + 8, littleEndian) === this.#sequence;
        if (ours && (type === NLMSG_DONE || type === NLMSG_ERROR)) {
          const failure = this.#failureIn(at, length, type);
          return failure ?? ok({ interrupted });
        }
        if (ours && type === NLMSG_OVERRUN)
          return malformed(SOURCE, `byte ${at} of ${received}`, 'NLMSG_OVERRUN: data was lost');
        if (ours && (type === SOCK_DIAG_BY_FAMILY || type === TCPDIAG_GETSOCK)) {
          if (!this.#message.moveTo(this.#buffer, this.#view, at + HEADER_BYTES, at + length)) {
            return cutOff(at, received, length);
          }
          visit(this.#message);
        }
        at += (length + 3) & ~3;
      }
    }
  }

  /** NLMSG_ERROR always, NLMSG_DONE since 4.15 (netlink_dump_done()) carry an errno; a dump that fails to start says so in the latter. */
  #failureIn(at: number, length: number, type: number): MissingReading | undefined {
    if (length < HEADER_BYTES + 4) return type === NLMSG_ERROR ? cutOff(at, length) : undefined;
    const errno = -this.#view.getInt32(at + HEADER_BYTES, littleEndian);
    return errno > 0 ? failed('dump sockets', errno) : undefined;
  }

  close(): void {
    this.#transport.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

function mapOpened(opened: Reading<NetlinkTransport>): Reading<SockDiag> {
  return opened.status === 'ok' ? ok(new SockDiag(opened.value)) : opened;
}

function openTransport(): Reading<NetlinkTransport> {
  const { call, errno } = libc();
  const fd: number = call.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return failed('open a netlink socket', errno());
  const timeout = new DataView(new ArrayBuffer(16));
  timeout.setBigInt64(0, BigInt(RECEIVE_TIMEOUT_S), littleEndian);
  call.setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, new Uint8Array(timeout.buffer), 16);
  return ok({
    send: (request) => Math.min(0, signed(call.send(fd, request, request.length, 0), errno)),
    receive: (buffer) => untilUninterrupted(() => signed(call.recv(fd, buffer, buffer.length, 0), errno)),
    close: () => call.close(fd),
  });
}

/** A signal ends a recv() that has a timeout even where SA_RESTART is set (signal(7)). */
function untilUninterrupted(receive: () => number): number {
  for (;;) {
    const received = receive();
    if (received !== -os.constants.errno.EINTR) return received;
  }
}

function signed(result: number, errno: () => number): number {
  return result < 0 ? -errno() : result;
}

/** ENOENT, EPROTONOSUPPORT: the kernel was built without INET_DIAG (or its module is not loaded). */
function failed(attempted: string, errno: number): MissingReading {
  const errors = os.constants.errno;
  if (errno === errors.EPERM || errno === errors.EACCES) return denied(SOURCE, `permission to ${attempted}`);
  if (errno === errors.ENOENT || errno === errors.EPROTONOSUPPORT || errno === errors.EAFNOSUPPORT) {
    return unsupported(SOURCE, `built without CONFIG_INET_DIAG: ${describeErrno(errno)}`);
  }
  return malformed(SOURCE, attempted, errno === 0 ? 'an empty answer' : describeErrno(errno));
}

function cutOff(at: number, received: number, length?: number): MissingReading {
  return malformed(
    SOURCE,
    `byte ${at} of ${received}`,
    length === undefined ? 'a cut-off header' : `message length ${length}`,
  );
}

/** A failed require() lists its whole stack. */
function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0] ?? '';
}
