import { setTimeout as sleep } from 'node:timers/promises';
import { nft } from '../../src/lab/firewall.ts';
import { connectNamespaces, type Link, swallowReplies } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { ClientsOptions, ListenerOptions } from '../../src/lab/programs/options.ts';
import type { TcpState } from '../../src/tcp/socket.ts';

export const stagedPorts = {
  waiting: 7101,
  busy: 7102,
  halfOpen: 7103,
  serverCloses: 7104,
  serverShutsDown: 7105,
  filtered: 7106,
} as const;

/** Sockets of the server's namespace, per family. */
export const stagedStates: Readonly<Partial<Record<TcpState, number>>> = {
  LISTEN: 5,
  /** 3 that nobody has accepted and 4 accepted. */
  ESTABLISHED: 7,
  CLOSE_WAIT: 2,
  FIN_WAIT2: 2,
  TIME_WAIT: 3,
  SYN_RECV: 5,
  SYN_SENT: 2,
};

const families = [
  { any: '0.0.0.0', server: '10.90.0.2', client: '10.90.0.1', forged: '10.91.0.0/16' },
  { any: '::', server: 'fd90::2', client: 'fd90::1', forged: 'fd91::/64' },
] as const;

/** A server with sockets in every state that stays for a while, on IPv4 and IPv6, and the namespace of its clients. */
export class EveryState implements Disposable {
  readonly client = LabNamespace.create('client');
  readonly server = LabNamespace.create('server');
  readonly #link: Link = connectNamespaces(this.client, this.server);

  static async stage(): Promise<EveryState> {
    const staged = new EveryState();
    // What the server sends to this port never arrives.
    const drop = `tcp dport ${stagedPorts.filtered} drop;`;
    nft(staged.client, `table inet lab { chain in { type filter hook input priority 0; ${drop} }; }`);
    for (const family of families) await staged.#stage(family);
    await sleep(300);
    return staged;
  }

  async #stage({ any, server, client, forged }: (typeof families)[number]): Promise<void> {
    const { waiting, busy, halfOpen, serverCloses, serverShutsDown, filtered } = stagedPorts;
    await this.#listen({ address: any, port: waiting, backlog: 4, mode: 'never-accept' });
    await this.#listen({ address: any, port: busy, backlog: 64, read: true, hold: true });
    await this.#listen({ address: any, port: halfOpen, backlog: 16 });
    await this.#listen({ address: any, port: serverCloses, backlog: 16, closeAfterMs: 1, hold: true });
    await this.#listen({
      address: any,
      port: serverShutsDown,
      backlog: 16,
      closeAfterMs: 1,
      hold: true,
      shutdownWrite: true,
    });
    await this.#connect({ to: server, port: waiting, count: 3, close: 'never' });
    await this.#connect({ to: server, port: busy, count: 4, close: 'never', sendBytes: 100 });
    await this.#connect({ to: server, port: busy, count: 2, close: 'shutdown-write' });
    await this.#connect({ to: server, port: serverCloses, count: 3, receiveUntilClose: true });
    await this.#connect({ to: server, port: serverShutsDown, count: 2, close: 'never' });
    await this.server.spawn('clients', { to: client, port: filtered, count: 2 }).ready;
    swallowReplies(this.#link.a, this.#link.b, forged);
    await this.client.spawn('spoof', {
      device: this.#link.a.device,
      sourceMac: this.#link.a.mac,
      destinationMac: this.#link.b.mac,
      to: server,
      port: halfOpen,
      sourcePrefix: forged,
      count: 5,
    }).done;
  }

  #listen(options: ListenerOptions): Promise<unknown> {
    return this.server.spawn('listener', options).ready;
  }

  #connect(options: ClientsOptions): Promise<unknown> {
    return this.client.spawn('clients', options).done;
  }

  [Symbol.dispose](): void {
    this.client.dispose();
    this.server.dispose();
  }
}
