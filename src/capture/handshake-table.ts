import type { Handshake, PacketSample } from '../tcp/observation.ts';
import { ConnectionMap, type Endpoints } from './connection-map.ts';
import { type TcpSegment, tcpFlags } from './decode-segment.ts';
import type { Unreachable } from './icmp-unreachable.ts';
import { advanceSequence, sequenceDistance } from './sequence.ts';

/** When and where a packet was seen; a packet of the ring fits. */
export interface Sighting {
  /** Microseconds since 1970. */
  readonly timestampUs: number;
  /** Sent by this namespace. */
  readonly outgoing: boolean;
  /** On the loopback interface, where sender and receiver are both here. */
  readonly loopback: boolean;
  readonly interfaceIndex: number;
}

export interface HandshakeTableOptions {
  /** Start of the window, milliseconds since 1970: `at…Ms` of the handshakes count from here. */
  readonly fromMs: number;
  readonly maxHandshakes?: number;
}

/** What the table has to say; the first three are fields of `PacketSample`. */
export interface HandshakeSummary extends Pick<PacketSample, 'handshakes' | 'handshakesNotKept' | 'data'> {
  /** Of connections whose SYN was not seen (older than the window, lost by the ring, or not kept). */
  readonly unmatched: {
    readonly synAcks: number;
    readonly fins: number;
    readonly resets: number;
    readonly unreachables: number;
  };
}

/** Times the same segment was sent. `via` is the place where it was last counted. */
interface Sends {
  count: number;
  via: number;
  lastUs: number;
}

interface Attempt {
  readonly atUs: number;
  readonly direction: Handshake['direction'];
  readonly client: string;
  readonly clientPort: number;
  readonly server: string;
  readonly serverPort: number;
  readonly clientIsn: number;
  readonly syn: Sends;
  serverIsn?: number;
  synAck?: Sends;
  synAckAtUs?: number;
  clientBytes?: number;
  serverBytes?: number;
  finBy?: 'client' | 'server';
  resetBy?: 'client' | 'server';
  endedAtUs?: number;
  unreachable?: { readonly code: string; readonly by: string };
}

const DEFAULT_MAX_HANDSHAKES = 20_000;

/**
 * Joins SYN, SYN-ACK, FIN and RST into connection attempts by four-tuple and the client's initial sequence number,
 * and sizes them by sequence arithmetic (modulo 4 GiB). Packets are added in the order they were seen.
 */
export class HandshakeTable {
  readonly #fromMs: number;
  readonly #maxHandshakes: number;
  readonly #attempts: Attempt[] = [];
  /** The newest attempt of each pair of endpoints. */
  readonly #latest = new ConnectionMap<Attempt>();
  readonly #unmatched = { synAcks: 0, fins: 0, resets: 0, unreachables: 0 };
  readonly #data = { segments: 0, withPayload: 0, push: 0 };
  #notKept = 0;

  constructor(options: HandshakeTableOptions) {
    this.#fromMs = options.fromMs;
    this.#maxHandshakes = options.maxHandshakes ?? DEFAULT_MAX_HANDSHAKES;
  }

  add(decoded: TcpSegment | Unreachable, seen: Sighting): void {
    if (decoded.kind === 'unreachable') this.#addUnreachable(decoded);
    else if (decoded.flags & tcpFlags.rst) this.#addReset(decoded, seen);
    else if (decoded.flags & tcpFlags.syn) {
      if (decoded.flags & tcpFlags.ack) this.#addSynAck(decoded, seen);
      else this.#addSyn(decoded, seen);
    } else if (decoded.flags & tcpFlags.fin) this.#addFin(decoded, seen);
    else this.#addData(decoded);
  }

  /**
   * Everything so far. `handshakesNotKept` counts SYNs that came when the table was full, so the retransmissions
   * of one such handshake count again.
   */
  summary(): HandshakeSummary {
    return {
      handshakes: this.#attempts.map((attempt) => toHandshake(attempt, this.#fromMs)),
      handshakesNotKept: this.#notKept,
      data: { ...this.#data },
      unmatched: { ...this.#unmatched },
    };
  }

  #addSyn(syn: TcpSegment, seen: Sighting): void {
    const latest = this.#latest.get(syn);
    if (latest !== undefined) {
      if (isFromClient(latest, syn)) {
        if (syn.sequence === latest.clientIsn) {
          countSend(latest.syn, seen);
          return;
        }
      } else if (continuesSimultaneousOpen(latest, syn)) {
        latest.serverIsn = syn.sequence;
        return;
      }
    }
    this.#open(syn, seen);
  }

  #open(syn: TcpSegment, seen: Sighting): void {
    if (this.#attempts.length >= this.#maxHandshakes) {
      this.#notKept++;
      // What follows belongs to the attempt that is not kept, not to an older one of the same endpoints.
      this.#latest.delete(syn);
      return;
    }
    const attempt: Attempt = {
      atUs: seen.timestampUs,
      direction: seen.loopback ? 'loopback' : seen.outgoing ? 'outgoing' : 'incoming',
      client: syn.source,
      clientPort: syn.sourcePort,
      server: syn.destination,
      serverPort: syn.destinationPort,
      clientIsn: syn.sequence,
      syn: firstSend(seen),
    };
    this.#attempts.push(attempt);
    this.#latest.set(syn, attempt);
  }

  #addSynAck(synAck: TcpSegment, seen: Sighting): void {
    const attempt = this.#latest.get(synAck);
    if (attempt === undefined || synAck.acknowledgement !== advanceSequence(attempt.clientIsn, 1)) {
      this.#unmatched.synAcks++;
      return;
    }
    // In a simultaneous open both sides send a SYN-ACK; the client's own says nothing new.
    if (!isFromServer(attempt, synAck)) return;
    // A second SYN-ACK with another sequence number (a new request or cookie) answers a client that had not
    // received the first, so the last one is the connection's.
    attempt.serverIsn = synAck.sequence;
    if (attempt.synAck === undefined) {
      attempt.synAck = firstSend(seen);
      attempt.synAckAtUs = seen.timestampUs;
    } else countSend(attempt.synAck, seen);
  }

  #addFin(fin: TcpSegment, seen: Sighting): void {
    const attempt = this.#latest.get(fin);
    if (attempt === undefined) {
      this.#unmatched.fins++;
      return;
    }
    const by = isFromClient(attempt, fin) ? 'client' : 'server';
    attempt.finBy ??= by;
    attempt.endedAtUs ??= seen.timestampUs;
    const isn = by === 'client' ? attempt.clientIsn : attempt.serverIsn;
    if (isn === undefined) return;
    const bytes = sequenceDistance(advanceSequence(isn, 1), advanceSequence(fin.sequence, fin.payloadBytes));
    if (by === 'client') attempt.clientBytes ??= bytes;
    else attempt.serverBytes ??= bytes;
  }

  #addReset(reset: TcpSegment, seen: Sighting): void {
    const attempt = this.#latest.get(reset);
    if (attempt === undefined) {
      this.#unmatched.resets++;
      return;
    }
    const by = isFromClient(attempt, reset) ? 'client' : 'server';
    attempt.resetBy ??= by;
    attempt.endedAtUs ??= seen.timestampUs;
    const isn = by === 'client' ? attempt.clientIsn : attempt.serverIsn;
    if (isn === undefined || answersWithoutSequence(reset)) return;
    const bytes = sequenceDistance(advanceSequence(isn, 1), reset.sequence);
    // A reset is not bound to where its stream stands; one from before the first byte gives no size.
    if (bytes >= 2 ** 31) return;
    if (by === 'client') attempt.clientBytes ??= bytes;
    else attempt.serverBytes ??= bytes;
  }

  /** A quote holds no flags for sure, but only a SYN (and its retransmissions) starts at the initial sequence number. */
  #addUnreachable(unreachable: Unreachable): void {
    const attempt = this.#latest.get(unreachable.quoted);
    if (
      attempt === undefined ||
      !isFromClient(attempt, unreachable.quoted) ||
      unreachable.quoted.sequence !== attempt.clientIsn
    ) {
      this.#unmatched.unreachables++;
      return;
    }
    attempt.unreachable ??= { code: unreachable.name, by: unreachable.reporter };
  }

  #addData(segment: TcpSegment): void {
    this.#data.segments++;
    if (segment.payloadBytes > 0) this.#data.withPayload++;
    if (segment.flags & tcpFlags.psh) this.#data.push++;
  }
}

/** A socket connected to itself is its own client and its own server. */
function isFromClient(attempt: Attempt, segment: Endpoints): boolean {
  return segment.sourcePort === attempt.clientPort && segment.source === attempt.client;
}

function isFromServer(attempt: Attempt, segment: Endpoints): boolean {
  return segment.sourcePort === attempt.serverPort && segment.source === attempt.server;
}

/** Both sides sent a SYN before either got one (RFC 9293, 3.5, figure 7): one connection, not two. */
function continuesSimultaneousOpen(attempt: Attempt, synFromServer: TcpSegment): boolean {
  if (attempt.endedAtUs !== undefined) return false;
  return attempt.serverIsn === undefined || attempt.serverIsn === synFromServer.sequence;
}

/** The answer to a segment without ACK, such as a refused SYN, has sequence number 0 (RFC 9293, 3.5.2, group 1). */
function answersWithoutSequence(reset: TcpSegment): boolean {
  return reset.sequence === 0 && (reset.flags & tcpFlags.ack) !== 0;
}

function firstSend(seen: Sighting): Sends {
  return { count: 1, via: viaOf(seen), lastUs: seen.timestampUs };
}

/** The kernel retransmits a SYN or SYN-ACK after 200 ms at the earliest (TCP_RTO_MIN, and RFC 6298 says 1 s). */
const COPY_WITHIN_US = 100_000;

/**
 * Counts a retransmission. The same packet shows up once per interface that it crosses (bridge and port, bond and
 * slave, VLAN and trunk, forwarding), so one seen elsewhere right after is a copy.
 */
function countSend(sends: Sends, seen: Sighting): void {
  const via = viaOf(seen);
  if (via !== sends.via && seen.timestampUs - sends.lastUs < COPY_WITHIN_US) return;
  sends.count++;
  sends.via = via;
  sends.lastUs = seen.timestampUs;
}

function viaOf(seen: Sighting): number {
  return seen.interfaceIndex * 2 + (seen.outgoing ? 1 : 0);
}

function toHandshake(attempt: Attempt, fromMs: number): Handshake {
  const sinceStartMs = (timestampUs: number): number => roundToUs(timestampUs / 1000 - fromMs);
  const { synAckAtUs, endedAtUs, clientBytes, serverBytes, finBy, resetBy, unreachable } = attempt;
  return {
    atMs: sinceStartMs(attempt.atUs),
    direction: attempt.direction,
    client: attempt.client,
    clientPort: attempt.clientPort,
    server: attempt.server,
    serverPort: attempt.serverPort,
    synCount: attempt.syn.count,
    synAckCount: attempt.synAck?.count ?? 0,
    ...(synAckAtUs !== undefined && {
      synAckAfterMs: Math.max(0, roundToUs((synAckAtUs - attempt.atUs) / 1000)),
    }),
    ...(clientBytes !== undefined && { clientBytes }),
    ...(serverBytes !== undefined && { serverBytes }),
    ...(finBy && { finBy }),
    ...(resetBy && { resetBy }),
    ...(endedAtUs !== undefined && { endedAtMs: sinceStartMs(endedAtUs) }),
    ...(unreachable && { unreachable }),
  };
}

function roundToUs(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
