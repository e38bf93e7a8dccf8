/** TCP sockets without Node's event loop, so that a program decides itself when it accepts, reads and closes. */
import os from 'node:os';
import { formatIpv4, formatIpv6 } from '../../base/ip-text.ts';
import { describeErrno, libc } from '../../kernel/ffi.ts';
import { parseIp } from '../ip-bytes.ts';
import type { KeepaliveOptions } from './options.ts';

// Numbers of Linux on x86-64 and arm64: include/uapi/asm-generic/socket.h, linux/in.h, linux/in6.h, linux/tcp.h.
const AF_INET = 2;
const AF_INET6 = 10;
const SOCK_STREAM = 1;
const SOCK_NONBLOCK = 0x800;
const SOCK_CLOEXEC = 0x80000;
const MSG_NOSIGNAL = 0x4000;
const SHUT_WR = 1;
const F_SETFL = 4;

export const option = {
  reuseAddress: [1, 2],
  error: [1, 4],
  keepalive: [1, 9],
  linger: [1, 13],
  reusePort: [1, 15],
  /** IP_BIND_ADDRESS_NO_PORT: choose the port at connect, where only the four-tuple must be unique. */
  bindAddressNoPort: [0, 24],
  ipv6Only: [41, 26],
  keepaliveIdle: [6, 4],
  keepaliveInterval: [6, 5],
  keepaliveProbes: [6, 6],
  synCount: [6, 7],
  deferAccept: [6, 9],
  info: [6, 11],
  userTimeout: [6, 18],
  repair: [6, 19],
  timestamp: [6, 24],
} as const;

export const errno = os.constants.errno;

/** poll(2) */
export const POLLIN = 1;
export const POLLOUT = 4;
export const POLLERR = 8;
export const POLLHUP = 0x10;

/** A failed call; `errno` is its number. */
export class SocketError extends Error {
  readonly call: string;
  readonly errno: number;

  constructor(call: string, number: number) {
    super(`${call}: ${libc().describe(number)}`);
    this.call = call;
    this.errno = number;
  }
}

/** "ETIMEDOUT" for its number. */
export function errnoName(number: number): string {
  return describeErrno(number).split(' ')[0] ?? String(number);
}

/** A non-blocking TCP socket of the address's family. */
export function openSocket(address: string): number {
  const family = address.includes(':') ? AF_INET6 : AF_INET;
  return checked('socket', libc().call.socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
}

export function bindSocket(fd: number, address: string, port: number): void {
  bindTo(fd, socketAddress(address, port));
}

/** `name` as `socketAddress` makes it. */
export function bindTo(fd: number, name: Uint8Array): void {
  checked('bind', libc().call.bind(fd, name, name.length));
}

export function listenOn(fd: number, backlog: number): void {
  checked('listen', libc().call.listen(fd, backlog));
}

/** Starts a connection; 0, EINPROGRESS, or the errno of the refusal. On a blocking socket it comes back when that is over. */
export function startConnect(fd: number, address: string, port: number): number {
  return connectTo(fd, socketAddress(address, port));
}

/**
 * As `startConnect`. Asked again it tells how far it is: 0 when it stands, EALREADY while it goes on, or how it has failed
 * (inet_stream_connect()); on links without delay that is known at once.
 */
export function connectTo(fd: number, name: Uint8Array): number {
  return libc().call.connect(fd, name, name.length) === 0 ? 0 : libc().errno();
}

export function setBlocking(fd: number, blocking: boolean): void {
  checked('fcntl', libc().call.fcntl(fd, F_SETFL, blocking ? 0 : SOCK_NONBLOCK));
}

/** getsockname(2); the port is 0 before the socket has one. */
export function localEndpoint(fd: number): { readonly address: string; readonly port: number } {
  const name = Buffer.alloc(28);
  checked('getsockname', libc().call.getsockname(fd, name, Buffer.from([name.length, 0, 0, 0])));
  const isIpv6 = name.readUInt16LE(0) === AF_INET6;
  return { address: isIpv6 ? formatIpv6(name, 8) : formatIpv4(name, 4), port: name.readUInt16BE(2) };
}

/** The first byte of struct tcp_info: 1 is ESTABLISHED, 7 is CLOSE (include/net/tcp_states.h). */
export function tcpState(fd: number): number {
  const [level, name] = option.info;
  const info = Buffer.alloc(4);
  checked('getsockopt TCP_INFO', libc().call.getsockopt(fd, level, name, info, Buffer.from([1, 0, 0, 0])));
  return info.readUInt8(0);
}

/** A descriptor, or the negative errno: -EAGAIN when nobody waits. */
export function acceptFrom(fd: number): number {
  const accepted = libc().call.accept4(fd, null, null, SOCK_NONBLOCK | SOCK_CLOEXEC) as number;
  return accepted < 0 ? -libc().errno() : accepted;
}

/** Bytes taken by the kernel, or the negative errno. */
export function sendOn(fd: number, data: Uint8Array): number {
  const sent = libc().call.send(fd, data, data.length, MSG_NOSIGNAL) as number;
  return sent < 0 ? -libc().errno() : sent;
}

const receiveBuffer = Buffer.alloc(65536);

/** Bytes read, 0 at the end of the stream, or the negative errno. */
export function receiveFrom(fd: number, mostBytes: number): number {
  const got = libc().call.recv(fd, receiveBuffer, Math.min(mostBytes, receiveBuffer.length), 0) as number;
  return got < 0 ? -libc().errno() : got;
}

/** Reads everything that is there. `error` is 0, or the errno that ended the connection. */
export function drain(fd: number): {
  readonly bytes: number;
  readonly ended: boolean;
  readonly error: number;
} {
  let bytes = 0;
  for (;;) {
    const got = libc().call.recv(fd, receiveBuffer, receiveBuffer.length, 0) as number;
    if (got === 0) return { bytes, ended: true, error: 0 };
    if (got < 0) {
      const number = libc().errno();
      return number === errno.EAGAIN
        ? { bytes, ended: false, error: 0 }
        : { bytes, ended: true, error: number };
    }
    bytes += got;
  }
}

export function closeSocket(fd: number): void {
  libc().call.close(fd);
}

/** SO_LINGER with time 0: close() sends RST (socket(7)). */
export function resetSocket(fd: number): void {
  const [level, name] = option.linger;
  libc().call.setsockopt(fd, level, name, Buffer.from([1, 0, 0, 0, 0, 0, 0, 0]), 8);
  closeSocket(fd);
}

/** 0 or the errno. */
export function shutdownWrite(fd: number): number {
  return libc().call.shutdown(fd, SHUT_WR) === 0 ? 0 : libc().errno();
}

export function setOption(fd: number, [level, name]: readonly [number, number], value: number): void {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32LE(value | 0);
  checked(`setsockopt(${level}, ${name})`, libc().call.setsockopt(fd, level, name, buffer, 4));
}

export function getOption(fd: number, [level, name]: readonly [number, number]): number {
  const value = Buffer.alloc(4);
  checked(
    `getsockopt(${level}, ${name})`,
    libc().call.getsockopt(fd, level, name, value, Buffer.from([4, 0, 0, 0])),
  );
  return value.readInt32LE();
}

export function setKeepalive(fd: number, keepalive: KeepaliveOptions): void {
  setOption(fd, option.keepalive, 1);
  setOption(fd, option.keepaliveIdle, keepalive.idleSeconds);
  setOption(fd, option.keepaliveInterval, keepalive.intervalSeconds);
  setOption(fd, option.keepaliveProbes, keepalive.probes);
}

/** struct sockaddr_in or sockaddr_in6; the family in the machine's byte order, which is little-endian wherever Node runs but s390x. */
export function socketAddress(address: string, port: number): Buffer {
  const bytes = parseIp(address);
  const isIpv6 = bytes.length === 16;
  const name = Buffer.alloc(isIpv6 ? 28 : 16);
  name.writeUInt16LE(isIpv6 ? AF_INET6 : AF_INET, 0);
  name.writeUInt16BE(port, 2);
  bytes.copy(name, isIpv6 ? 8 : 4);
  return name;
}

function checked(call: string, result: number): number {
  if (result < 0) throw new SocketError(call, libc().errno());
  return result;
}
