import type { Dice } from '../accuracy/dice.ts';

const CLIENTS = 4000;
const SERVERS = 12;
const SERVICE_PORTS = [443, 80, 5432] as const;
/** Nothing listens there. */
export const CLOSED_PORT = 8081;
/** net.ipv4.ip_local_port_range as Linux has it from the start. */
const FIRST_PORT = 32_768;
const PORTS = 28_232;
/** Prime to PORTS: a client uses every port once before it uses one again, in no obvious order. */
const PORT_STRIDE = 7919;

export type FamilyChoice = 'ipv4' | 'ipv6' | 'mixed';

/** Who talks to whom: some thousands of clients, the first of them far busier than the last, and three dozen listeners. */
export class Endpoints {
  readonly #dice: Dice;
  readonly #family: FamilyChoice;
  readonly #opened = new Int32Array(CLIENTS);

  constructor(dice: Dice, family: FamilyChoice) {
    this.#dice = dice;
    this.#family = family;
  }

  client(): number {
    return Math.floor(CLIENTS * this.#dice.share() ** 2);
  }

  /** From 1. */
  server(): number {
    return 1 + Math.floor(SERVERS * this.#dice.share() ** 2);
  }

  servicePort(): number {
    const share = this.#dice.share();
    return SERVICE_PORTS[share < 0.6 ? 0 : share < 0.9 ? 1 : 2];
  }

  /** A port that the client has not used for its last 28,231 connections. */
  nextPort(client: number): number {
    const opened = this.#opened[client] ?? 0;
    this.#opened[client] = opened + 1;
    return FIRST_PORT + ((client * 31 + opened * PORT_STRIDE) % PORTS);
  }

  isIpv6(client: number): boolean {
    return this.#family === 'ipv6' || (this.#family === 'mixed' && client % 2 === 1);
  }
}
