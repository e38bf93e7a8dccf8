import { libc } from '../../kernel/ffi.ts';
import type { SocketOptionName, SocketOptions } from './probes-options.ts';
import { SocketError } from './tcp-socket.ts';

type Encoding = 'int' | 'linger' | 'timeval';

// include/uapi/asm-generic/socket.h, linux/in.h, linux/in6.h, linux/tcp.h
const known: Readonly<Record<SocketOptionName, readonly [level: number, name: number, encoding?: Encoding]>> =
  {
    SO_SNDBUF: [1, 7],
    SO_RCVBUF: [1, 8],
    SO_KEEPALIVE: [1, 9],
    SO_LINGER: [1, 13, 'linger'],
    SO_RCVTIMEO: [1, 20, 'timeval'],
    SO_SNDTIMEO: [1, 21, 'timeval'],
    TCP_NODELAY: [6, 1],
    TCP_MAXSEG: [6, 2],
    TCP_KEEPIDLE: [6, 4],
    TCP_KEEPINTVL: [6, 5],
    TCP_KEEPCNT: [6, 6],
    TCP_SYNCNT: [6, 7],
    TCP_LINGER2: [6, 8],
    TCP_WINDOW_CLAMP: [6, 10],
    TCP_QUICKACK: [6, 12],
    TCP_USER_TIMEOUT: [6, 18],
    TCP_RTO_MAX_MS: [6, 44],
    IP_RECVERR: [0, 11],
    IP_BIND_ADDRESS_NO_PORT: [0, 24],
    IPV6_RECVERR: [41, 25],
  };

/** Throws SocketError with `call` "setsockopt NAME" for the first one that the kernel refuses. */
export function setSocketOptions(fd: number, options: SocketOptions): void {
  for (const [name, value] of Object.entries(options) as [SocketOptionName, number][]) {
    const [level, number, encoding = 'int'] = known[name];
    const bytes = encode(value, encoding);
    if (libc().call.setsockopt(fd, level, number, bytes, bytes.length) === 0) continue;
    throw new SocketError(`setsockopt ${name}`, libc().errno());
  }
}

/** TCP_CONGESTION takes a name. Throws SocketError, ENOENT for one that this kernel does not have. */
export function setCongestionControl(fd: number, name: string): void {
  const bytes = Buffer.from(name);
  if (libc().call.setsockopt(fd, 6, 13, bytes, bytes.length) === 0) return;
  throw new SocketError('setsockopt TCP_CONGESTION', libc().errno());
}

function encode(value: number, encoding: Encoding): Buffer {
  if (encoding === 'timeval') {
    const bytes = Buffer.alloc(16);
    bytes.writeBigInt64LE(BigInt(Math.floor(value / 1000)), 0);
    bytes.writeBigInt64LE(BigInt(Math.round((value % 1000) * 1000)), 8);
    return bytes;
  }
  const bytes = Buffer.alloc(encoding === 'linger' ? 8 : 4);
  if (encoding === 'linger') bytes.writeInt32LE(1, 0);
  bytes.writeInt32LE(value, bytes.length - 4);
  return bytes;
}
