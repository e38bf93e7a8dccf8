import { libc } from '../../kernel/ffi.ts';
import { errno } from './tcp-socket.ts';

const AF_PACKET = 17;
const SOCK_RAW = 3;
const SOL_PACKET = 263;
const PACKET_QDISC_BYPASS = 20;
const PROT_READ_WRITE = 3;
const MAP_PRIVATE_ANONYMOUS = 0x22;
const MAP_FAILED = 2n ** 64n - 1n;

// struct sockaddr_ll; struct iovec and struct mmsghdr on 64-bit machines.
const nameBytes = 20;
const iovecBytes = 16;
const messageBytes = 64;
const frameAlignment = 64;

/**
 * Frames in memory that the kernel can reach, all of one length, and the packet socket that sends them to one device by
 * sendmmsg(2). The pointers between them are written once.
 */
export class FrameBatch {
  /** The n-th frame starts at n * `strideBytes`. */
  readonly frames: DataView;
  readonly strideBytes: number;
  readonly #fd: number;
  readonly #messages: bigint;

  constructor(device: string, etherType: number, frame: Uint8Array, count: number) {
    this.#fd = openSocket();
    this.strideBytes = Math.ceil(frame.length / frameAlignment) * frameAlignment;
    const messagesAt = count * this.strideBytes;
    const iovecsAt = messagesAt + count * messageBytes;
    const nameAt = iovecsAt + count * iovecBytes;
    const { call, errno: lastErrno, describe, view } = libc();
    const bytes = nameAt + nameBytes;
    const base = call.mmap(null, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0) as bigint;
    if (base === MAP_FAILED) throw new Error(`mmap: ${describe(lastErrno())}`);
    const memory = Buffer.from(view(base, bytes));
    for (let n = 0; n < count; n++) {
      const [frameAt, messageAt, iovecAt] = [
        n * this.strideBytes,
        messagesAt + n * messageBytes,
        iovecsAt + n * iovecBytes,
      ];
      memory.set(frame, frameAt);
      memory.writeBigUInt64LE(base + BigInt(frameAt), iovecAt);
      memory.writeBigUInt64LE(BigInt(frame.length), iovecAt + 8);
      memory.writeBigUInt64LE(base + BigInt(nameAt), messageAt);
      memory.writeUInt32LE(nameBytes, messageAt + 8);
      memory.writeBigUInt64LE(base + BigInt(iovecAt), messageAt + 16);
      memory.writeBigUInt64LE(1n, messageAt + 24);
    }
    deviceAddress(device, etherType).copy(memory, nameAt);
    this.frames = new DataView(memory.buffer, memory.byteOffset, messagesAt);
    this.#messages = base + BigInt(messagesAt);
  }

  /** Sends frames `from` to `to` (not included); how many the device took. Throws when it takes none for another reason than a full queue. */
  send(from: number, to: number): number {
    const { call, errno: lastErrno, describe } = libc();
    const first = this.#messages + BigInt(from * messageBytes);
    const sent = call.sendmmsg(this.#fd, first, to - from, 0) as number;
    if (sent >= 0) return sent;
    const number = lastErrno();
    if (number === errno.ENOBUFS || number === errno.EAGAIN || number === errno.EINTR) return 0;
    throw new Error(`sendmmsg: ${describe(number)}`);
  }
}

/** Protocol 0: it receives nothing. */
function openSocket(): number {
  const { call, errno: lastErrno, describe } = libc();
  const fd = call.socket(AF_PACKET, SOCK_RAW, 0) as number;
  if (fd < 0) throw new Error(`socket(AF_PACKET): ${describe(lastErrno())}`);
  // Straight to the device, past queueing disciplines (packet(7)); kernels before 3.14 do without.
  call.setsockopt(fd, SOL_PACKET, PACKET_QDISC_BYPASS, Buffer.from([1, 0, 0, 0]), 4);
  return fd;
}

function deviceAddress(device: string, etherType: number): Buffer {
  const index = libc().call.if_nametoindex(device) as number;
  if (index === 0) throw new Error(`no device ${device} in this namespace`);
  const name = Buffer.alloc(nameBytes);
  name.writeUInt16LE(AF_PACKET, 0);
  name.writeUInt16BE(etherType, 2);
  name.writeInt32LE(index, 4);
  return name;
}
