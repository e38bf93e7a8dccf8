import { ok, type Reading } from '../../tcp/reading.ts';
import type { RingSink } from './ring-sink.ts';
import { closeRingSocket, openRingSocket, type RingSocket, takeRingStatistics } from './ring-socket.ts';
import {
  ADDRESS,
  ARPHRD_LOOPBACK,
  BLOCK_FIRST_PACKET,
  BLOCK_LENGTH,
  BLOCK_PACKETS,
  BLOCK_STATUS,
  DATA_OFFSET,
  HARDWARE_TYPE,
  INTERFACE_INDEX,
  NANOSECONDS,
  NEXT_OFFSET,
  PACKET_OUTGOING,
  PACKET_TYPE,
  SECONDS,
  SNAPPED_BYTES,
  TP_STATUS_KERNEL,
  TP_STATUS_USER,
  WIRE_BYTES,
} from './tpacket-layout.ts';

export interface PacketRingOptions {
  /** /proc/PID/ns/net or /run/netns/NAME; null for this process's own namespace. */
  readonly namespacePath: string | null;
  /** struct sock_filter[], see `tcpFilter`. It also sets how many bytes are kept of each packet. */
  readonly filter: Uint8Array;
  /** Kernel memory for packets not read yet; rounded up to whole blocks, at most 1 GiB. */
  readonly bytes?: number;
  /** The most that the filter keeps of a packet; blocks are made large enough for it. */
  readonly snapBytes?: number;
  /** A power of two, at least 64 KiB: large ones cost less for each packet, small ones are not spent on a few. */
  readonly blockBytes?: number;
  /** Only this interface; left out: all. */
  readonly interfaceIndex?: number;
}

export interface RingPacket {
  /** When the kernel saw it, microseconds since 1970. */
  readonly timestampUs: number;
  /** Sent by this namespace; never so on loopback, where each packet is shown once, as it arrives. */
  readonly outgoing: boolean;
  readonly loopback: boolean;
  readonly interfaceIndex: number;
  /** Length on the wire from the network header on. */
  readonly originalBytes: number;
  /** From the network header on. Valid only inside the visit: the memory is used again. */
  readonly bytes: Uint8Array;
}

const DEFAULT_RING_BYTES = 4 * 1024 ** 2;
const MAX_RING_BYTES = 1024 ** 3;
/** A multiple of every page size in use; small, since a block handed over by the timer is spent however empty it is. */
const MIN_BLOCK_BYTES = 64 * 1024;
const PACKET_OVERHEAD_BYTES = 256;
/** How long a packet waits at most in a block that is not full. */
export const RETIRE_AFTER_MS = 20;

const PACKET_STATUS = 20;
const VLAN_TCI = 32;
const VLAN_PROTOCOL = 36;

const TP_STATUS_VLAN_VALID = 1 << 4;
const TP_STATUS_VLAN_TPID_VALID = 1 << 6;
const ETH_P_8021Q = 0x8100;

/**
 * Packets of one network namespace, all interfaces, through a TPACKET_V3 ring
 * (Documentation/networking/packet_mmap.rst). A block is copied in one go and handed back to the kernel before its
 * packets are visited, so a slow visitor does not hold the ring, and no view ever points into unmapped memory.
 */
export class PacketRing {
  readonly #statuses: Int32Array;
  readonly #memory: Uint8Array;
  readonly #blockBytes: number;
  readonly #block: Uint8Array;
  readonly #block16: Uint16Array;
  readonly #block32: Uint32Array;
  readonly #blockView: DataView;
  #socket: RingSocket | undefined;
  #nextBlock = 0;
  /** The next packet in the copied block, and how many are left there. */
  #packetAt = 0;
  #packetsLeft = 0;
  #received = 0;
  #dropped = 0;

  private constructor(socket: RingSocket) {
    this.#socket = socket;
    this.#statuses = new Int32Array(socket.memory);
    this.#memory = new Uint8Array(socket.memory);
    this.#blockBytes = socket.blockBytes;
    this.#block = new Uint8Array(socket.blockBytes);
    this.#block16 = new Uint16Array(this.#block.buffer);
    this.#block32 = new Uint32Array(this.#block.buffer);
    this.#blockView = new DataView(this.#block.buffer);
  }

  static open(options: PacketRingOptions): Reading<PacketRing> {
    const { namespacePath, filter, snapBytes = 0, interfaceIndex = 0 } = options;
    const blockBytes = Math.max(
      options.blockBytes ?? MIN_BLOCK_BYTES,
      2 ** Math.ceil(Math.log2(snapBytes + PACKET_OVERHEAD_BYTES)),
    );
    const bytes = Math.min(options.bytes ?? DEFAULT_RING_BYTES, MAX_RING_BYTES);
    const blocks = Math.max(2, Math.ceil(bytes / blockBytes));
    const socket = openRingSocket({
      namespacePath,
      filter,
      blocks,
      blockBytes,
      retireAfterMs: RETIRE_AFTER_MS,
      interfaceIndex,
    });
    return socket.status === 'ok' ? ok(new PacketRing(socket.value)) : socket;
  }

  /**
   * Visits up to `maxPackets` packets that the kernel has handed over, oldest first, and returns how many it visited.
   * Never waits; a packet is handed over within `RETIRE_AFTER_MS`. The rest stays for the next call.
   */
  read(maxPackets: number, visit: (packet: RingPacket) => void): number {
    let visited = 0;
    while (visited < maxPackets) {
      if (this.#packetsLeft === 0 && !this.#takeBlock()) break;
      const packet = this.#takePacket();
      if (packet === undefined) continue;
      visited++;
      visit(packet);
    }
    return visited;
  }

  /**
   * Hands the packets of up to `maxBlocks` blocks to the sink, oldest first, and returns how many blocks there were: fewer
   * when the kernel has no more. For loads where an object for each packet is too much; never waits.
   */
  visit(maxBlocks: number, sink: RingSink): number {
    // What `read` has left of a block.
    this.#visitRest(sink);
    let blocks = 0;
    while (blocks < maxBlocks && this.#takeBlock()) {
      this.#visitRest(sink);
      blocks++;
    }
    return blocks;
  }

  /** Since opening: packets that went into the ring (on loopback both copies), and packets it had no room for. */
  statistics(): { readonly received: number; readonly dropped: number } {
    this.#collectStatistics();
    return { received: this.#received, dropped: this.#dropped };
  }

  close(): void {
    if (this.#socket === undefined) return;
    this.#collectStatistics();
    closeRingSocket(this.#socket);
    this.#socket = undefined;
    this.#packetsLeft = 0;
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #takeBlock(): boolean {
    if (this.#socket === undefined) return false;
    const start = this.#nextBlock * this.#blockBytes;
    const statusIndex = (start + BLOCK_STATUS) / 4;
    // The kernel writes the status last; an atomic load keeps the copy behind it.
    if ((Atomics.load(this.#statuses, statusIndex) & TP_STATUS_USER) === 0) return false;
    const length = this.#statuses[(start + BLOCK_LENGTH) / 4] ?? 0;
    this.#block.set(this.#memory.subarray(start, start + Math.min(length, this.#blockBytes)));
    Atomics.store(this.#statuses, statusIndex, TP_STATUS_KERNEL);
    this.#nextBlock = (this.#nextBlock + 1) % (this.#memory.length / this.#blockBytes);
    this.#packetAt = this.#block32[BLOCK_FIRST_PACKET / 4] ?? 0;
    this.#packetsLeft = this.#block32[BLOCK_PACKETS / 4] ?? 0;
    return this.#packetsLeft > 0;
  }

  /** Undefined for the copy that loopback shows of a packet being sent. */
  #takePacket(): RingPacket | undefined {
    const at = this.#packetAt;
    const words = this.#block32;
    const word = at / 4;
    this.#packetsLeft--;
    this.#packetAt = at + (words[word + NEXT_OFFSET / 4] ?? 0);
    const outgoing = this.#block[at + PACKET_TYPE] === PACKET_OUTGOING;
    const loopback = this.#block16[(at + HARDWARE_TYPE) / 2] === ARPHRD_LOOPBACK;
    if (outgoing && loopback) return undefined;
    const dataAt = at + (this.#block16[(at + DATA_OFFSET) / 2] ?? 0);
    return {
      timestampUs:
        (words[word + SECONDS / 4] ?? 0) * 1e6 + Math.floor((words[word + NANOSECONDS / 4] ?? 0) / 1000),
      outgoing,
      loopback,
      interfaceIndex: words[word + INTERFACE_INDEX / 4] ?? 0,
      originalBytes: words[word + WIRE_BYTES / 4] ?? 0,
      bytes: this.#block.subarray(dataAt, dataAt + (words[word + SNAPPED_BYTES / 4] ?? 0)),
    };
  }

  #visitRest(sink: RingSink): void {
    const [bytes, halves, words, view] = [this.#block, this.#block16, this.#block32, this.#blockView];
    while (this.#packetsLeft > 0) {
      const at = this.#packetAt;
      const word = at >> 2;
      this.#packetsLeft--;
      this.#packetAt = at + (words[word + NEXT_OFFSET / 4] ?? 0);
      const packetType = bytes[at + PACKET_TYPE] ?? 0;
      if (packetType === PACKET_OUTGOING && halves[(at + HARDWARE_TYPE) >> 1] === ARPHRD_LOOPBACK) continue;
      sink.packet(
        bytes,
        view,
        at + (halves[(at + DATA_OFFSET) >> 1] ?? 0),
        words[word + SNAPPED_BYTES / 4] ?? 0,
        words[word + WIRE_BYTES / 4] ?? 0,
        words[word + SECONDS / 4] ?? 0,
        words[word + NANOSECONDS / 4] ?? 0,
        words[word + INTERFACE_INDEX / 4] ?? 0,
        packetType,
        at + ADDRESS,
        this.#vlanTag(at),
      );
    }
  }

  /** The kernel takes the tag out of the frame and keeps it beside the packet. */
  #vlanTag(at: number): number {
    const status = this.#block32[(at + PACKET_STATUS) >> 2] ?? 0;
    if ((status & TP_STATUS_VLAN_VALID) === 0) return 0;
    const told = (status & TP_STATUS_VLAN_TPID_VALID) !== 0;
    const protocol = told ? (this.#block16[(at + VLAN_PROTOCOL) >> 1] ?? 0) : ETH_P_8021Q;
    return protocol * 0x10000 + ((this.#block32[(at + VLAN_TCI) >> 2] ?? 0) & 0xffff);
  }

  #collectStatistics(): void {
    if (this.#socket === undefined) return;
    const { received, dropped } = takeRingStatistics(this.#socket);
    this.#received += received;
    this.#dropped += dropped;
  }
}
