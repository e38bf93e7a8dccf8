import type { ConnectionPacket } from '../tcp/capture.ts';
import { segmentKinds } from '../tcp/capture.ts';
import type { CaptureAnalysis } from './capture-analysis.ts';
import type { FrameSink } from './file/frame-sink.ts';
import { flagText } from './flag-text.ts';
import { icmpName } from './icmp-unreachable.ts';
import * as connectionWord from './layout/connection-words.ts';
import * as endpointWord from './layout/endpoint-words.ts';
import * as offer from './layout/offer-bits.ts';
import * as stateBit from './layout/state-bits.ts';

/** The packets of one connection: the first and the last of them, where there are too many. */
export interface CollectedPackets {
  readonly packets: readonly ConnectionPacket[];
  readonly leftOut: number;
}

const MOST_FIRST = 600;
const MOST_LAST = 400;

/** Feeds an analysis frame by frame and keeps the packets of the connections that are wanted, by number. */
export class StoryCollector implements FrameSink {
  readonly #analysis: CaptureAnalysis;
  readonly #wanted: ReadonlySet<number>;
  /** By where their record is. */
  readonly #stories = new Map<number, Story>();
  #connections = 0;

  constructor(analysis: CaptureAnalysis, wanted: ReadonlySet<number>) {
    this.#analysis = analysis;
    this.#wanted = wanted;
  }

  frame(
    bytes: Uint8Array,
    _view: DataView,
    at: number,
    capturedBytes: number,
    wireBytes: number,
    seconds: number,
    nanoseconds: number,
    linkType: number,
  ): void {
    const analysis = this.#analysis;
    const { engine } = analysis;
    if (!analysis.takeFrame(bytes, at, capturedBytes, wireBytes, seconds, nanoseconds, linkType)) return;
    const record = engine.lastConnection();
    if (engine.connectionCount() > this.#connections) {
      if (this.#wanted.has(this.#connections)) this.#stories.set(record, new Story(this.#connections));
      this.#connections++;
    }
    this.#stories.get(record)?.add(this.#packet(record, seconds, nanoseconds));
  }

  /** Packets by number of connection. Times are corrected for the roles that were settled in the end. */
  collected(): ReadonlyMap<number, CollectedPackets> {
    const words = new Int32Array(this.#analysis.engine.memory.buffer);
    return new Map(
      [...this.#stories].map(([record, story]) => {
        const state = words[(record >>> 2) + connectionWord.state] ?? 0;
        return [story.number, story.collected((state & stateBit.clientIsB) === 0 ? 0 : 1)];
      }),
    );
  }

  #packet(record: number, seconds: number, nanoseconds: number): SeenPacket {
    const { engine } = this.#analysis;
    const words = new Int32Array(engine.memory.buffer);
    const senderBit = engine.lastSenderBit();
    const a = (record >>> 2) + connectionWord.endpointA;
    const b = (record >>> 2) + connectionWord.endpointB;
    const [sender, receiver] = senderBit === 0 ? [a, b] : [b, a];
    const isnOf = (endpoint: number): number => words[endpoint + endpointWord.isn] ?? 0;
    const kind = segmentKinds[engine.lastKind()] ?? 'ordinary';
    const icmp = engine.icmp.value;
    const isIcmp = kind === 'icmp-unreachable';
    const flags = engine.flags.value;
    const hasAck = (flags & 0x10) !== 0;
    const scale = ((words[sender + endpointWord.window] ?? 0) >>> 16) & 0xff;
    const isSyn = (flags & 0x02) !== 0;
    const isIpv6 = ((words[(record >>> 2) + connectionWord.state] ?? 0) & stateBit.isIpv6) !== 0;
    return {
      senderBit,
      packet: {
        number: engine.packets(),
        atMs:
          Math.round((seconds - engine.baseSeconds()) * 1e6 + nanoseconds / 1000 - engine.firstUs()) / 1000,
        flags: isIcmp ? `ICMP ${icmpName(isIpv6 ? 'ipv6' : 'ipv4', icmp & 0xff)}` : flagText(flags),
        payloadBytes: engine.payloadBytes.value,
        sequence: (engine.sequence.value - isnOf(sender)) >>> 0,
        acknowledgement: hasAck ? (engine.acknowledgement.value - isnOf(receiver)) >>> 0 : 0,
        window: isSyn || scale === offer.noScale ? engine.window.value : engine.window.value * 2 ** scale,
        kind,
      },
    };
  }
}

interface SeenPacket {
  readonly senderBit: number;
  readonly packet: Omit<ConnectionPacket, 'from'>;
}

class Story {
  readonly number: number;
  readonly #first: SeenPacket[] = [];
  #last: SeenPacket[] = [];
  #leftOut = 0;

  constructor(number: number) {
    this.number = number;
  }

  add(packet: SeenPacket): void {
    if (this.#first.length < MOST_FIRST) {
      this.#first.push(packet);
      return;
    }
    this.#last.push(packet);
    if (this.#last.length < 2 * MOST_LAST) return;
    this.#last = this.#last.slice(-MOST_LAST);
    this.#leftOut += MOST_LAST;
  }

  collected(clientBit: number): CollectedPackets {
    const last = this.#last.slice(-MOST_LAST);
    return {
      packets: [...this.#first, ...last].map(({ senderBit, packet }) => ({
        ...packet,
        from: senderBit === clientBit ? 'client' : 'server',
      })),
      leftOut: this.#leftOut + this.#last.length - last.length,
    };
  }
}
