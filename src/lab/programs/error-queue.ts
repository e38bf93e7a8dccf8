import { formatIpv4, formatIpv6 } from '../../base/ip-text.ts';
import { libc } from '../../kernel/ffi.ts';
import type { QueuedError } from './probes-options.ts';
import { errnoName } from './tcp-socket.ts';

const MSG_ERRQUEUE = 0x2000;
const MSG_DONTWAIT = 0x40;
const AF_INET = 2;
const AF_INET6 = 10;

// Where things are in memory of our own: recvmsg(2) is given pointers, so they need addresses that do not move.
const memoryBytes = 4096;
const vectorAt = 0;
const nameAt = 64;
const nameBytes = 128;
const controlAt = 256;
const controlBytes = 512;
const dataAt = 1024;
const dataBytes = 2048;

/** struct cmsghdr */
const controlHeaderBytes = 16;
/** struct sock_extended_err; the offender's address follows it (SO_EE_OFFENDER). */
const extendedErrorBytes = 16;
const IP_RECVERR = '0/11';
const IPV6_RECVERR = '41/25';
const origins: Readonly<Record<number, QueuedError['origin']>> = { 1: 'local', 2: 'icmp', 3: 'icmp6' };

let memory: { readonly address: bigint; readonly bytes: Buffer } | undefined;

/** Takes what is in the socket's error queue (ip(7), IP_RECVERR): ICMP errors with the address they came from. */
export function readErrorQueue(fd: number): QueuedError[] {
  memory ??= mapMemory();
  const found: QueuedError[] = [];
  for (;;) {
    const header = messageHeader(memory.address);
    if (libc().call.recvmsg(fd, header, MSG_ERRQUEUE | MSG_DONTWAIT) < 0) return found;
    const length = Number(header.readBigUInt64LE(40));
    found.push(...readControl(memory.bytes.subarray(controlAt, controlAt + length)));
  }
}

function mapMemory(): { address: bigint; bytes: Buffer } {
  const { call, view } = libc();
  const address: bigint = call.mmap(null, memoryBytes, 3, 0x22, -1, 0); // Readable, writable, private, anonymous.
  const bytes = Buffer.from(view(address, memoryBytes));
  bytes.writeBigUInt64LE(address + BigInt(dataAt), vectorAt); // struct iovec
  bytes.writeBigUInt64LE(BigInt(dataBytes), vectorAt + 8);
  return { address, bytes };
}

/** struct msghdr of a 64-bit machine. */
function messageHeader(address: bigint): Buffer {
  const header = Buffer.alloc(56);
  header.writeBigUInt64LE(address + BigInt(nameAt), 0);
  header.writeUInt32LE(nameBytes, 8);
  header.writeBigUInt64LE(address + BigInt(vectorAt), 16);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(address + BigInt(controlAt), 32);
  header.writeBigUInt64LE(BigInt(controlBytes), 40);
  return header;
}

function readControl(control: Buffer): QueuedError[] {
  const found: QueuedError[] = [];
  let at = 0;
  while (at + controlHeaderBytes <= control.length) {
    const length = Number(control.readBigUInt64LE(at));
    if (length < controlHeaderBytes || at + length > control.length) break;
    const kind = `${control.readInt32LE(at + 8)}/${control.readInt32LE(at + 12)}`;
    const data = control.subarray(at + controlHeaderBytes, at + length);
    if ((kind === IP_RECVERR || kind === IPV6_RECVERR) && data.length >= extendedErrorBytes) {
      found.push(readExtendedError(data));
    }
    at += Math.ceil(length / 8) * 8;
  }
  return found;
}

function readExtendedError(data: Buffer): QueuedError {
  return {
    errno: errnoName(data.readUInt32LE(0)),
    origin: origins[data.readUInt8(4)] ?? 'other',
    type: data.readUInt8(5),
    code: data.readUInt8(6),
    offender: readAddress(data.subarray(extendedErrorBytes)),
  };
}

/** struct sockaddr_in or sockaddr_in6; AF_UNSPEC where nobody is to blame. */
function readAddress(address: Buffer): string | null {
  const family = address.length >= 2 ? address.readUInt16LE(0) : 0;
  if (family === AF_INET && address.length >= 8) return formatIpv4(address, 4);
  if (family === AF_INET6 && address.length >= 24) return formatIpv6(address, 8);
  return null;
}
