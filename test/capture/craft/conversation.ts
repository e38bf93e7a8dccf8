import type { Side } from '../../../src/tcp/prediction.ts';
import type { CraftedPacket, IpOddities, TcpHeader, UnreachableError } from './crafted-packet.ts';
import { ReceivedRange } from './received-range.ts';
import { type OptionsOffer, tcpOptionBytes } from './tcp-option-bytes.ts';

export interface ConversationSettings {
  /** "address:port"; an IPv6 address in brackets. */
  readonly client?: string;
  readonly server?: string;
  readonly clientIsn?: number;
  readonly serverIsn?: number;
  /** Where the streams stand before the first packet, when the capture begins after the handshake. */
  readonly midStream?: { readonly client: number; readonly server: number };
  readonly clientOffers?: OptionsOffer;
  readonly serverOffers?: OptionsOffer;
  readonly clientTtl?: number;
  readonly serverTtl?: number;
}

/** What is not said follows from what was sent before. */
export interface SegmentFields {
  /** Bytes of payload. */
  readonly data?: number;
  /** Relative to the sender's initial sequence number, so the first byte is 1; likewise `ack`. */
  readonly seq?: number;
  readonly ack?: number;
  readonly rawSeq?: number;
  readonly window?: number;
  readonly urgent?: number;
  readonly ttl?: number;
  readonly ipId?: number;
  readonly ip?: IpOddities;
  /** Captured, but the other side does not get it. */
  readonly lost?: boolean;
  /** Sent, but not captured. */
  readonly unseen?: boolean;
}

interface End {
  readonly side: Side;
  readonly address: string;
  readonly port: number;
  readonly isn: number;
  readonly offers: OptionsOffer;
  readonly ttl: number;
  readonly received: ReceivedRange;
  /** The next byte to send, relative. */
  next: number;
  ipId: number;
  /** Of its last packet; 0 before the first. */
  timestamp: number;
}

const linuxOffers: OptionsOffer = { mss: 1460, windowScale: 7, sack: true, timestamps: true };
const flagBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, '.': 16, U: 32, E: 64, W: 128 };

/**
 * Writes a TCP conversation as a timeline: one call per packet, flags as tcpdump writes them, sequence and acknowledgement numbers kept
 * by themselves. Times are milliseconds and may jump back: packets are taken in the order of the calls.
 */
export class Conversation {
  readonly packets: CraftedPacket[] = [];
  readonly #client: End;
  readonly #server: End;

  constructor(settings: ConversationSettings = {}) {
    const { midStream } = settings;
    this.#client = endOf('client', settings.client ?? '10.0.0.1:40000', {
      isn: settings.clientIsn ?? 1_000_000_000,
      offers: settings.clientOffers ?? linuxOffers,
      ttl: settings.clientTtl ?? 64,
      ipId: 0x1000,
      next: midStream?.client ?? 0,
      has: midStream?.server ?? 0,
    });
    this.#server = endOf('server', settings.server ?? '10.0.0.2:80', {
      isn: settings.serverIsn ?? 2_000_000_000,
      offers: settings.serverOffers ?? linuxOffers,
      ttl: settings.serverTtl ?? 60,
      ipId: 0x5000,
      next: midStream?.server ?? 0,
      has: midStream?.client ?? 0,
    });
  }

  client(atMs: number, flags: string, fields: SegmentFields = {}): this {
    return this.#send(this.#client, this.#server, atMs, flags, fields);
  }

  server(atMs: number, flags: string, fields: SegmentFields = {}): this {
    return this.#send(this.#server, this.#client, atMs, flags, fields);
  }

  /** SYN, SYN-ACK after 1 ms, ACK. */
  open(atMs: number): this {
    return this.client(atMs, 'S')
      .server(atMs + 1, 'S.')
      .client(atMs + 1.05, '.');
  }

  /** `bytes` of the client, acknowledged after 1 ms, answered after 2 ms by `answerBytes`, acknowledged. */
  exchange(atMs: number, bytes = 100, answerBytes = 500): this {
    return this.client(atMs, 'P.', { data: bytes })
      .server(atMs + 1, '.')
      .server(atMs + 2, 'P.', { data: answerBytes })
      .client(atMs + 2.05, '.');
  }

  /** FIN, the other's FIN after 1 ms, ACK. */
  close(atMs: number, by: Side = 'client'): this {
    return by === 'client'
      ? this.client(atMs, 'F.')
          .server(atMs + 1, 'F.')
          .client(atMs + 1.05, '.')
      : this.server(atMs, 'F.')
          .client(atMs + 1, 'F.')
          .server(atMs + 1.05, '.');
  }

  /** An ICMP error of `router` about the last packet. */
  unreachable(atMs: number, reason: UnreachableError['reason'], router: string): this {
    const about = this.packets.at(-1);
    if (about === undefined) throw new Error('no packet to be unreachable');
    this.packets.push({
      atMs,
      from: null,
      source: router,
      destination: about.source,
      ttl: 62,
      ipId: 0x7777,
      transport: { kind: 'unreachable', reason, about },
    });
    return this;
  }

  /** The last packet once more, bit for bit, as a second interface shows it. */
  again(atMs: number): this {
    const last = this.packets.at(-1);
    if (last !== undefined) this.packets.push({ ...last, atMs });
    return this;
  }

  #send(from: End, to: End, atMs: number, flagText: string, fields: SegmentFields): this {
    const flags = [...flagText].reduce((bits, letter) => bits | (flagBits[letter] ?? 0), 0);
    const isSyn = (flags & 2) !== 0;
    const isReset = (flags & 4) !== 0;
    const payload = patternBytes(fields.data ?? 0);
    const seq = fields.seq ?? (isSyn ? 0 : from.next);
    const end = seq + payload.length + (isSyn ? 1 : 0) + (flags & 1);
    // A reset that answers a SYN has no stream to number itself in (RFC 9293, 3.5.2).
    const answersSyn = isReset && from.next === 0;
    const header: TcpHeader = {
      kind: 'tcp',
      sourcePort: from.port,
      destinationPort: to.port,
      sequence: fields.rawSeq ?? (answersSyn ? 0 : (from.isn + seq) % 2 ** 32),
      acknowledgement: flags & 16 ? (to.isn + (fields.ack ?? from.received.next)) % 2 ** 32 : 0,
      flags,
      window: fields.window ?? (isSyn ? 64_240 : isReset ? 0 : 502),
      urgent: fields.urgent ?? 0,
      options: this.#optionsOf(from, to, atMs, isSyn, isReset),
      payload,
    };
    if (!isReset) {
      from.next = Math.max(from.next, end);
      if (!fields.lost && end > seq) to.received.add(seq, end);
    }
    if (fields.unseen) return this;
    this.packets.push({
      atMs,
      from: from.side,
      source: from.address,
      destination: to.address,
      ttl: fields.ttl ?? from.ttl,
      ipId: fields.ipId ?? nextIpId(from, (isSyn && (flags & 16) !== 0) || answersSyn || flags === 4),
      ...(fields.ip === undefined ? {} : { ip: fields.ip }),
      transport: header,
    });
    return this;
  }

  #optionsOf(from: End, to: End, atMs: number, isSyn: boolean, isReset: boolean): readonly number[] {
    if (isReset) return [];
    const echo = to.timestamp;
    from.timestamp = 5_000_000 + Math.floor(atMs);
    if (isSyn) return tcpOptionBytes(from.offers, from.timestamp, echo);
    if (!from.offers.timestamps || !to.offers.timestamps) return [];
    return [1, 1, ...tcpOptionBytes({ timestamps: true }, from.timestamp, echo).slice(0, 10)];
  }
}

/** Linux numbers the packets of a socket; its SYN-ACKs and the resets that no socket sends have 0. */
function nextIpId(end: End, withoutSocket: boolean): number {
  if (withoutSocket) return 0;
  end.ipId = (end.ipId + 1) & 0xffff;
  return end.ipId;
}

function endOf(
  side: Side,
  text: string,
  start: Pick<End, 'isn' | 'offers' | 'ttl' | 'ipId' | 'next'> & { readonly has: number },
): End {
  const { has, ...rest } = start;
  const received = new ReceivedRange();
  received.add(0, has);
  const colon = text.lastIndexOf(':');
  const address = text.slice(0, colon).replace(/^\[|\]$/g, '');
  return { side, address, port: Number(text.slice(colon + 1)), received, timestamp: 0, ...rest };
}

function patternBytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, at) => 0x61 + (at % 26));
}
