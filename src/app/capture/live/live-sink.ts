import type { FrameSink } from '../../../capture/file/frame-sink.ts';
import { type PcapngTime, pcapngFlags } from '../../../capture/file/pcapng-writer.ts';
import type { RingSink } from '../../../kernel/packet-ring/ring-sink.ts';
import type { CaptureFiles } from './capture-files.ts';
import { CookedHeader } from './cooked-header.ts';
import type { CapturedInterface } from './live-capture.ts';
import { SynMeter } from './syn-meter.ts';

const LINKTYPE_RAW = 101;

interface Tally {
  packets: number;
  bytes: number;
}

/** PACKET_HOST, _BROADCAST, _MULTICAST, _OTHERHOST, _OUTGOING in the words of a pcapng file. */
const flagsOfType = Uint8Array.of(
  pcapngFlags.inbound | pcapngFlags.unicast,
  pcapngFlags.inbound | pcapngFlags.broadcast,
  pcapngFlags.inbound | pcapngFlags.multicast,
  pcapngFlags.inbound,
  pcapngFlags.outbound,
);

/** Counts each packet of a ring, writes it to the files and passes it on. */
export class LiveSink implements RingSink {
  readonly meter = new SynMeter();
  readonly #files: CaptureFiles | undefined;
  readonly #next: FrameSink | undefined;
  readonly #header = new CookedHeader();
  readonly #tallies = new Map<number, Tally>();
  #packets = 0;
  #bytes = 0;
  /** Packets after this moment are not part of the capture. */
  #lastSecond = Number.POSITIVE_INFINITY;
  #lastNanosecond = 0;

  constructor(files: CaptureFiles | undefined, next: FrameSink | undefined) {
    this.#files = files;
    this.#next = next;
  }

  get packets(): number {
    return this.#packets;
  }

  /** On the wire, from the IP header on. */
  get bytes(): number {
    return this.#bytes;
  }

  endAt({ seconds, nanoseconds }: PcapngTime): void {
    this.#lastSecond = seconds;
    this.#lastNanosecond = nanoseconds;
  }

  /** Most packets first. */
  interfaces(nameOf: (interfaceIndex: number) => string): readonly CapturedInterface[] {
    return [...this.#tallies]
      .map(([index, { packets, bytes }]) => ({ name: nameOf(index), packets, bytes }))
      .sort((a, b) => b.packets - a.packets);
  }

  packet(
    bytes: Uint8Array,
    view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    interfaceIndex: number,
    packetType: number,
    linkAt: number,
    vlanTag: number,
  ): void {
    if (seconds >= this.#lastSecond && (seconds > this.#lastSecond || nanoseconds > this.#lastNanosecond))
      return;
    this.#packets++;
    this.#bytes += wireBytes;
    const tally = this.#tallies.get(interfaceIndex) ?? this.#meet(interfaceIndex);
    tally.packets++;
    tally.bytes += wireBytes;
    this.meter.look(view, at, capturedBytes, interfaceIndex);
    this.#files?.packet(
      interfaceIndex,
      seconds,
      nanoseconds,
      flagsOfType[packetType] ?? 0,
      this.#header.view,
      this.#header.fill(view, linkAt, vlanTag),
      bytes,
      view,
      at,
      capturedBytes,
      wireBytes,
    );
    this.#next?.frame(bytes, view, at, capturedBytes, wireBytes, seconds, nanoseconds, LINKTYPE_RAW);
  }

  #meet(interfaceIndex: number): Tally {
    const tally = { packets: 0, bytes: 0 };
    this.#tallies.set(interfaceIndex, tally);
    return tally;
  }
}
