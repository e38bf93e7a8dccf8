import { HalfopenError } from '../../base/errors.ts';
import { absent, denied, ok, type Reading, unsupported } from '../../tcp/reading.ts';
import { type Libc, libc } from '../ffi.ts';
import { inNamespace } from '../netns/enter.ts';
import { withFilterProgram } from './with-filter-program.ts';

/** A bound packet socket and its receive ring in memory. */
export interface RingSocket {
  readonly fd: number;
  readonly address: bigint;
  readonly memory: ArrayBuffer;
  readonly blockBytes: number;
}

export interface RingSocketOptions {
  readonly namespacePath: string | null;
  readonly filter: Uint8Array;
  readonly blocks: number;
  readonly blockBytes: number;
  readonly retireAfterMs: number;
  /** 0: every interface. */
  readonly interfaceIndex: number;
}

const AF_PACKET = 17;
const SOCK_DGRAM = 2;
const SOCK_CLOEXEC = 0o2000000;
const SOL_SOCKET = 1;
const SO_ATTACH_FILTER = 26;
const SOL_PACKET = 263;
const PACKET_RX_RING = 5;
const PACKET_STATISTICS = 6;
const PACKET_VERSION = 10;
const TPACKET_V3 = 2;
const ETH_P_ALL = 0x0003;
const PROT_READ_WRITE = 3;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

const source = 'AF_PACKET ring';

/** Opens, filters, maps and binds, in this order: nothing arrives before the filter is in place (packet(7)). */
export function openRingSocket(options: RingSocketOptions): Reading<RingSocket> {
  try {
    const library = libc();
    const opened = openSocket(library, options.namespacePath);
    if (opened.status !== 'ok') return opened;
    const ring = prepare(library, opened.value, options);
    if (ring.status !== 'ok') library.call.close(opened.value);
    return ring;
  } catch (error) {
    return explainThrown(error);
  }
}

/**
 * Since the last call: packets that went into the ring, and packets it had no room for. Reading struct tpacket_stats_v3 resets it; its packet
 * count includes the dropped ones (packet_getsockopt).
 */
export function takeRingStatistics({ fd }: RingSocket): {
  readonly received: number;
  readonly dropped: number;
} {
  const statistics = new Uint32Array(3);
  const length = Uint32Array.of(statistics.byteLength);
  if (libc().call.getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, statistics, length) !== 0)
    return { received: 0, dropped: 0 };
  const [packets = 0, dropped = 0] = statistics;
  return { received: packets - dropped, dropped };
}

export function closeRingSocket(ring: RingSocket): void {
  const { call } = libc();
  call.munmap(ring.address, ring.memory.byteLength);
  call.close(ring.fd);
}

/** Protocol 0: receives nothing until bind() names one. The socket belongs to the namespace it is created in. */
function openSocket(library: Libc, namespacePath: string | null): Reading<number> {
  const { fd, errno } = inNamespace(namespacePath, () => {
    const fd: number = library.call.socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    return { fd, errno: library.errno() };
  });
  if (fd >= 0) return ok(fd);
  const said = library.describe(errno);
  if (/^(EPERM|EACCES)\b/.test(said)) return denied(source, 'CAP_NET_RAW (root)');
  if (/^(EAFNOSUPPORT|EPROTONOSUPPORT)\b/.test(said)) return unsupported(source, 'CONFIG_PACKET is off');
  return absent(source, said);
}

function prepare(library: Libc, fd: number, options: RingSocketOptions): Reading<RingSocket> {
  const fail = (step: string): Reading<never> =>
    absent(source, `${step}: ${library.describe(library.errno())}`);
  if (!attachFilter(library, fd, options.filter)) return fail('SO_ATTACH_FILTER');
  const version = Uint32Array.of(TPACKET_V3);
  if (library.call.setsockopt(fd, SOL_PACKET, PACKET_VERSION, version, version.byteLength) !== 0) {
    return unsupported(source, 'TPACKET_V3 since 3.2');
  }
  const request = ringRequest(options);
  if (library.call.setsockopt(fd, SOL_PACKET, PACKET_RX_RING, request, request.byteLength) !== 0) {
    return fail('PACKET_RX_RING');
  }
  const length = options.blocks * options.blockBytes;
  const address: bigint = library.call.mmap(null, length, PROT_READ_WRITE, MAP_SHARED, fd, 0);
  if (address === MAP_FAILED) return fail('mmap');
  const to = anyProtocolAddress(options.interfaceIndex);
  if (library.call.bind(fd, to, to.byteLength) !== 0) {
    const failure = fail('bind');
    library.call.munmap(address, length);
    return failure;
  }
  return ok({ fd, address, memory: library.view(address, length), blockBytes: options.blockBytes });
}

function attachFilter(library: Libc, fd: number, program: Uint8Array): boolean {
  const attached = withFilterProgram(library, program, (descriptor) =>
    library.call.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, descriptor, descriptor.byteLength),
  );
  return attached === 0;
}

/** Only checked, not used, by version 3, where packets take what they need (packet_set_ring). */
const FRAME_BYTES = 2048;

/** struct tpacket_req3. */
function ringRequest({ blocks, blockBytes, retireAfterMs }: RingSocketOptions): Uint32Array {
  const frames = (blockBytes / FRAME_BYTES) * blocks;
  return Uint32Array.of(blockBytes, blocks, FRAME_BYTES, frames, retireAfterMs, 0, 0);
}

/** struct sockaddr_ll for every protocol on one or every interface; ETH_P_ALL also shows what is sent. */
function anyProtocolAddress(interfaceIndex: number): Uint8Array {
  const bytes = new Uint8Array(20);
  new Uint16Array(bytes.buffer)[0] = AF_PACKET;
  new DataView(bytes.buffer).setUint16(2, ETH_P_ALL);
  new Int32Array(bytes.buffer)[1] = interfaceIndex;
  return bytes;
}

function explainThrown(error: unknown): Reading<never> {
  const said = error instanceof Error ? error.message : String(error);
  if (error instanceof HalfopenError && /\b(EPERM|EACCES)\b/.test(said)) {
    return denied(source, 'CAP_SYS_ADMIN (root) to enter the network namespace');
  }
  return absent(source, said);
}
