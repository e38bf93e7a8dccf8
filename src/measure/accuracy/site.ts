import { formatEndpoint } from '../../base/ip-text.ts';
import { nft } from '../../lab/firewall.ts';
import type { LabProcess } from '../../lab/lab-process.ts';
import { connectNamespaces, type Link } from '../../lab/link.ts';
import type { LinkConditions } from '../../lab/link-conditions.ts';
import { LabNamespace } from '../../lab/namespace.ts';
import type {
  ClientsDone,
  ClientsOptions,
  ClientsReady,
  ListenerOptions,
} from '../../lab/programs/options.ts';
import { connectByTun } from '../../lab/tun-link.ts';
import type { Dice } from './dice.ts';
import { countSockets, takeSnapshot } from './measured.ts';

export type ListenFamily = 'ipv4' | 'ipv6' | 'dual';
type Clients = LabProcess<ClientsReady, ClientsDone>;

/** A listening program of the site. */
export interface Server {
  readonly port: number;
  readonly pid: number;
  /** As the report writes it: "[::]:8080". */
  readonly listener: string;
  readonly process: LabProcess;
}

/** Two hosts of our own: `here` is where the operator looks, `there` everybody else. */
export class Site {
  readonly here: LabNamespace;
  readonly there: LabNamespace;
  readonly link: Link;
  /** What packets are, and what the listeners here are bound to. */
  readonly family: 'ipv4' | 'ipv6';
  readonly listens: ListenFamily;
  /** Of the programs that were started here and there. */
  readonly pids = new Set<number>();
  readonly #dice: Dice;
  readonly #ports = new Set<number>();
  readonly #undo: (() => void)[] = [];

  private constructor(here: LabNamespace, there: LabNamespace, link: Link, dice: Dice) {
    this.here = here;
    this.there = there;
    this.link = link;
    this.family = dice.pick(['ipv4', 'ipv6']);
    this.listens = dice.chance(0.3) ? 'dual' : this.family;
    this.#dice = dice;
  }

  static async create(conditions: LinkConditions | null, dice: Dice): Promise<Site> {
    const there = LabNamespace.create('acc-t');
    const here = LabNamespace.create('acc-h');
    try {
      const link =
        conditions === null ? connectNamespaces(there, here) : await connectByTun(there, here, conditions);
      return new Site(here, there, link, dice);
    } catch (error) {
      here.dispose();
      there.dispose();
      throw error;
    }
  }

  get hereAddress(): string {
    return this.family === 'ipv4' ? '10.90.0.2' : 'fd90::2';
  }

  get thereAddress(): string {
    return this.family === 'ipv4' ? '10.90.0.1' : 'fd90::1';
  }

  get loopback(): string {
    return this.family === 'ipv4' ? '127.0.0.1' : '::1';
  }

  get isIpv6(): boolean {
    return this.family === 'ipv6';
  }

  /** A port that nobody of this site has yet, below the usual range of local ports. */
  freePort(): number {
    for (;;) {
      const port = this.#dice.whole(1024, 32_000);
      if (this.#ports.has(port)) continue;
      this.#ports.add(port);
      return port;
    }
  }

  /** A server on the watched host, for the site's own kind of listener unless `address` says another. */
  async serve(
    options: Omit<ListenerOptions, 'address' | 'port'> & Partial<ListenerOptions>,
  ): Promise<Server> {
    const usual =
      this.listens === 'dual' ? { address: '::', dualStack: true } : { address: anyOf(this.listens) };
    return await this.#listen(this.here, { ...usual, port: options.port ?? this.freePort(), ...options });
  }

  /** A server at the other end. */
  async serveThere(
    options: Omit<ListenerOptions, 'address' | 'port'> & Partial<ListenerOptions>,
  ): Promise<Server> {
    const port = options.port ?? this.freePort();
    return await this.#listen(this.there, { address: anyOf(this.family), port, ...options });
  }

  /** Clients at the other end, of a port here. */
  async visit(options: Omit<ClientsOptions, 'to'>): Promise<Clients> {
    const clients = this.there.spawn('clients', { to: this.hereAddress, ...options });
    this.pids.add(clients.pid);
    await clients.ready;
    return clients;
  }

  /** Waits until so many connections to a listener here are open, at the most 5 s. */
  async opened(port: number, count: number): Promise<void> {
    const endMs = Date.now() + 5000;
    while (Date.now() < endMs) {
      if (countSockets(takeSnapshot(this.here), 'ESTABLISHED', { local: port }) >= count) return;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** Programs here that connect to the other end, or to `to`. */
  async reach(options: Omit<ClientsOptions, 'to'> & Partial<ClientsOptions>): Promise<Clients> {
    const clients = this.here.spawn('clients', { to: this.thereAddress, ...options });
    this.pids.add(clients.pid);
    await clients.ready;
    return clients;
  }

  async #listen(namespace: LabNamespace, options: ListenerOptions): Promise<Server> {
    const process = namespace.spawn('listener', options);
    const { pid } = await process.ready;
    this.pids.add(pid);
    const listener = formatEndpoint(options.address, options.port);
    return { port: options.port, pid, listener, process };
  }

  /** As the report writes a destination at the other end. */
  destination(port: number): string {
    return formatEndpoint(this.thereAddress, port);
  }

  /** A rule of nft in a table of its own, so that several faults may each have one. */
  filter(where: 'here' | 'there', hook: 'input' | 'output', rule: string): void {
    const table = `acc${this.#dice.whole(0, 0xffffff).toString(36)}`;
    nft(this[where], `table inet ${table} { chain c { type filter hook ${hook} priority 0; ${rule}; }; }`);
  }

  /** For what does not go with the namespaces; undone before them, last first. */
  whenDone(undo: () => void): void {
    this.#undo.push(undo);
  }

  dispose(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.here.dispose();
    this.there.dispose();
  }
}

function anyOf(family: 'ipv4' | 'ipv6'): string {
  return family === 'ipv4' ? '0.0.0.0' : '::';
}
