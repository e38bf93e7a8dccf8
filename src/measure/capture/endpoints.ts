import type { Dice } from '../accuracy/dice.ts';

export const usualClients = 4000;
/** As many as 100.64.0.0/10 has addresses. */
export const mostClients = 2 ** 22;
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

/** Who talks to whom: clients, the first of them far busier than the last, and three dozen listeners. */
export class Endpoints {
  readonly #dice: Dice;
  readonly #family: FamilyChoice;
  readonly #clients: number;
  readonly #opened: Int32Array;

  constructor(dice: Dice, family: FamilyChoice, clients: number) {
    this.#dice = dice;
    this.#family = family;
    this.#clients = clients;
    this.#opened = new Int32Array(clients);
  }

  client(): number {
    return Math.floor(this.#clients * this.#dice.share() ** 2);
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
