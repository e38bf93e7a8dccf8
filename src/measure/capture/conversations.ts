import type { Dice } from '../accuracy/dice.ts';
import type { ConnectionPlan } from './connection-planner.ts';
import { type ConnectionTable, field } from './connection-table.ts';
import { CLOSED_PORT, type Endpoints } from './endpoints.ts';
import { tcpFlags } from './segment.ts';
import type { SegmentOutput } from './segment-output.ts';
import { SYN_RETRIES_SHIFT, traits } from './traits.ts';

const { fin: FIN, syn: SYN, rst: RST, psh: PSH, ack: ACK } = tcpFlags;

/** What a connection does next, in this order; most leave some steps out. */
const steps = {
  syn: 0,
  answer: 1,
  clientReady: 2,
  request: 3,
  serverAck: 4,
  response: 5,
  clientAck: 6,
  more: 7,
  firstFin: 8,
  secondFin: 9,
  lastAck: 10,
} as const;

const OVER = -1;
const SECOND_US = 1e6;
const TIMESTAMPS_SHARE = 0.45;
const NEAR_WRAP_SHARE = 0.02;
/** Connections that are opened long before they are used. */
const OPENED_EARLY_SHARE = 0.4;

/**
 * The life of TCP connections as a capture on the server's host sees it: what the server causes comes at once, what the client causes
 * comes a round trip later.
 */
export class Conversations {
  readonly #dice: Dice;
  readonly #endpoints: Endpoints;
  readonly #table: ConnectionTable;
  readonly #output: SegmentOutput;

  constructor(dice: Dice, endpoints: Endpoints, table: ConnectionTable, output: SegmentOutput) {
    this.#dice = dice;
    this.#endpoints = endpoints;
    this.#table = table;
    this.#output = output;
  }

  /** Returns the connection's place in the table; nothing is sent yet. */
  begin(plan: ConnectionPlan): number {
    const table = this.#table;
    const dice = this.#dice;
    const place = table.open();
    const client = this.#endpoints.client();
    const port = this.#endpoints.servicePort();
    table.set(place, field.client, client);
    table.set(place, field.server, this.#endpoints.server());
    table.set(place, field.clientPort, this.#endpoints.nextPort(client));
    table.set(place, field.serverPort, plan.kind === 'refused' ? CLOSED_PORT : port);
    table.set(place, field.traits, this.#traitsOf(plan, client));
    table.set(place, field.left, Math.max(0, plan.extraPackets - 3));
    table.set(place, field.clientSequence, this.#initialSequence());
    table.set(place, field.serverSequence, this.#initialSequence());
    // Each client has its own distance.
    table.set(place, field.rttUs, 300 + ((client * 7919) % 60_000) + dice.whole(0, 500));
    table.set(place, field.clientClock, dice.whole(0, 0x3fff_ffff));
    table.set(place, field.serverClock, dice.whole(0, 0x3fff_ffff));
    table.set(place, field.ids, dice.whole(0, 0xffff_ffff));
    return place;
  }

  isIpv6(place: number): boolean {
    return this.#has(place, traits.ipv6);
  }

  /** Sends the next segment; returns after how many whole µs the following one is due, or less than 0 when it was the last. */
  step(place: number, atUs: number): number {
    switch (this.#table.get(place, field.step)) {
      case steps.syn:
        return this.#syn(place, atUs);
      case steps.answer:
        return this.#answer(place, atUs);
      case steps.clientReady:
        return this.#clientReady(place, atUs);
      case steps.request:
        return this.#request(place, atUs);
      case steps.serverAck:
        this.#output.server(place, atUs, ACK);
        return this.#then(place, steps.response, this.#thinkUs());
      case steps.response:
        return this.#response(place, atUs);
      case steps.clientAck:
        this.#output.client(place, atUs, ACK);
        return this.#afterResponse(place);
      case steps.more:
        return this.#more(place, atUs);
      case steps.firstFin:
        return this.#firstFin(place, atUs);
      case steps.secondFin:
        return this.#secondFin(place, atUs);
      default:
        this.#send(place, atUs, this.#has(place, traits.serverCloses), ACK);
        return OVER;
    }
  }

  /** RFC 6298 section 2.1: again after one second, then after twice as long each time. */
  #syn(place: number, atUs: number): number {
    const sent = this.#table.get(place, field.sent);
    this.#output.syn(place, atUs, sent > 0);
    const retries = this.#table.get(place, field.traits) >>> SYN_RETRIES_SHIFT;
    if (sent < retries) {
      this.#table.set(place, field.sent, sent + 1);
      return SECOND_US * 2 ** sent + this.#dice.whole(0, 4000);
    }
    this.#table.set(place, field.sent, 0);
    if (this.#has(place, traits.unanswered)) return OVER;
    return this.#then(place, steps.answer, this.#hostUs());
  }

  #answer(place: number, atUs: number): number {
    const refused = this.#has(place, traits.refused);
    this.#output.server(place, atUs, refused ? RST | ACK : SYN | ACK);
    return refused ? OVER : this.#then(place, steps.clientReady, this.#roundTripUs(place));
  }

  #clientReady(place: number, atUs: number): number {
    this.#output.client(place, atUs, ACK);
    const dice = this.#dice;
    if (this.#has(place, traits.heartbeat)) {
      return this.#then(place, steps.firstFin, dice.whole(50, dice.chance(0.5) ? 500 : 2 * SECOND_US));
    }
    const early = dice.chance(OPENED_EARLY_SHARE);
    return this.#then(place, steps.request, early ? dice.whole(10_000, 25 * SECOND_US) : dice.whole(20, 200));
  }

  #request(place: number, atUs: number): number {
    this.#output.client(place, atUs, PSH | ACK, this.#dice.whole(80, 900));
    if (this.#has(place, traits.serverAcks)) return this.#then(place, steps.serverAck, this.#hostUs());
    return this.#then(place, steps.response, this.#thinkUs());
  }

  #response(place: number, atUs: number): number {
    const bytes = this.#dice.whole(150, 1400);
    if (!this.#has(place, traits.finApart)) {
      this.#output.server(place, atUs, FIN | PSH | ACK, bytes);
      return this.#then(place, steps.secondFin, this.#roundTripUs(place));
    }
    this.#output.server(place, atUs, PSH | ACK, bytes);
    if (!this.#has(place, traits.clientAcks)) return this.#afterResponse(place);
    return this.#then(place, steps.clientAck, this.#roundTripUs(place));
  }

  #afterResponse(place: number): number {
    const more = this.#table.get(place, field.left) > 0;
    const pauseUs = this.#roundTripUs(place) + this.#dice.whole(0, more ? 2000 : SECOND_US);
    return this.#then(place, more ? steps.more : steps.firstFin, pauseUs);
  }

  #more(place: number, atUs: number): number {
    const table = this.#table;
    const nth = table.get(place, field.sent);
    const left = table.get(place, field.left) - 1;
    table.set(place, field.sent, nth + 1);
    table.set(place, field.left, left);
    const waitUs = this.#has(place, traits.dialogue)
      ? this.#dialogue(place, atUs, nth)
      : this.#longResponse(place, atUs, nth);
    return left > 0 ? this.#then(place, steps.more, waitUs) : this.#afterResponse(place);
  }

  /** Request and response in turn, each acknowledging the one before. */
  #dialogue(place: number, atUs: number, nth: number): number {
    const fromServer = nth % 2 === 1;
    this.#send(place, atUs, fromServer, PSH | ACK, this.#dice.whole(40, 1200));
    return fromServer ? this.#roundTripUs(place) : this.#thinkUs();
  }

  /** Full segments; every second one is acknowledged (RFC 9293 section 3.8.6.3). */
  #longResponse(place: number, atUs: number, nth: number): number {
    if (nth % 3 === 2) {
      this.#output.client(place, atUs, ACK);
      return this.#hostUs();
    }
    this.#output.server(place, atUs, ACK, this.isIpv6(place) ? 1428 : 1448);
    return nth % 3 === 0 ? this.#dice.whole(2, 12) : this.#roundTripUs(place);
  }

  #firstFin(place: number, atUs: number): number {
    const byServer = this.#has(place, traits.serverCloses);
    this.#send(place, atUs, byServer, FIN | ACK);
    return this.#then(place, steps.secondFin, byServer ? this.#roundTripUs(place) : this.#hostUs());
  }

  #secondFin(place: number, atUs: number): number {
    const byServer = !this.#has(place, traits.serverCloses);
    this.#send(place, atUs, byServer, FIN | ACK);
    return this.#then(place, steps.lastAck, byServer ? this.#roundTripUs(place) : this.#hostUs());
  }

  #send(place: number, atUs: number, fromServer: boolean, flags: number, payloadBytes = 0): void {
    if (fromServer) this.#output.server(place, atUs, flags, payloadBytes);
    else this.#output.client(place, atUs, flags, payloadBytes);
  }

  #then(place: number, step: number, waitUs: number): number {
    this.#table.set(place, field.step, step);
    return waitUs;
  }

  #has(place: number, trait: number): boolean {
    return (this.#table.get(place, field.traits) & trait) !== 0;
  }

  /** How long the server's kernel takes to answer. */
  #hostUs(): number {
    return this.#dice.whole(8, 90);
  }

  /** How long the server's program takes to answer. */
  #thinkUs(): number {
    return this.#dice.chance(0.9) ? this.#dice.whole(100, 30_000) : this.#dice.whole(30_000, 2 * SECOND_US);
  }

  #roundTripUs(place: number): number {
    return this.#table.get(place, field.rttUs) + this.#dice.whole(0, 400);
  }

  /** Some begin shortly before 2^32, so that the conversation crosses it. */
  #initialSequence(): number {
    if (this.#dice.chance(NEAR_WRAP_SHARE)) return 2 ** 32 - this.#dice.whole(1, 1000);
    return this.#dice.whole(0, 2 ** 32 - 1);
  }

  #traitsOf({ kind, extraPackets, synRetries }: ConnectionPlan, client: number): number {
    const dice = this.#dice;
    const finApart = extraPackets >= 1;
    return (
      (synRetries << SYN_RETRIES_SHIFT) |
      (this.#endpoints.isIpv6(client) ? traits.ipv6 : 0) |
      (dice.chance(TIMESTAMPS_SHARE) ? traits.timestamps : 0) |
      (kind === 'completed' && (!finApart || dice.chance(0.5)) ? traits.serverCloses : 0) |
      (finApart ? traits.finApart : 0) |
      (extraPackets >= 2 ? traits.serverAcks : 0) |
      (extraPackets >= 3 ? traits.clientAcks : 0) |
      (dice.chance(0.5) ? traits.dialogue : 0) |
      (kind === 'heartbeat' ? traits.heartbeat : 0) |
      (kind === 'refused' ? traits.refused : 0) |
      (kind === 'unanswered' ? traits.unanswered : 0)
    );
  }
}
