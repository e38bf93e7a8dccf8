import { closeSync, openSync } from 'node:fs';
import { SockDiag } from '../../kernel/netlink/sock-diag.ts';
import { inNamespace } from '../../kernel/netns/enter.ts';
import type { FoundNamespace } from '../../kernel/netns/find-namespaces.ts';
import { type ConntrackNow, readConntrack } from '../../kernel/procfs/conntrack.ts';
import { CounterFiles } from '../../kernel/procfs/counter-files.ts';
import { type Counters, readNetCounters, readSockstat } from '../../kernel/procfs/net-counters.ts';
import { readNetDev } from '../../kernel/procfs/net-dev.ts';
import { readSysctl, readSysctls } from '../../kernel/sysctl/read-sysctls.ts';
import type { InterfaceCounters } from '../../tcp/observation.ts';
import type { Reading } from '../../tcp/reading.ts';
import { initialNamespaceSysctl, observedSysctls } from '../../tcp/sysctls.ts';
import { foreignNetDirectory } from '../foreign-net-directory.ts';
import { notEnterable } from './not-enterable.ts';

/** What one look at a namespace's files of /proc brings. */
export interface NamespaceSnapshot {
  readonly counters: Reading<Counters>;
  readonly sockstat: Reading<Counters>;
  readonly interfaces: Reading<readonly InterfaceCounters[]>;
  readonly conntrack: Reading<ConntrackNow>;
}

/** The way into one network namespace: its descriptor, its sock_diag socket, its files. The caller closes it. */
export class NamespaceAccess implements Disposable {
  /** Its names and processes may change while it is held open. */
  found: FoundNamespace;
  /** Held open so that the namespace can still be read when its last process has gone. */
  readonly #handle: number | undefined;
  /** Null for our own. */
  readonly path: string | null;
  readonly enterable: boolean;
  readonly diag: Reading<SockDiag>;
  #initial: boolean | undefined;
  #files: CounterFiles | undefined;

  constructor(found: FoundNamespace) {
    this.found = found;
    this.#handle = found.own ? undefined : openHandle(found.path);
    this.path = found.own ? null : this.#handle === undefined ? found.path : `/proc/self/fd/${this.#handle}`;
    this.enterable = found.own || this.#canEnter();
    this.diag = this.enterable ? SockDiag.open(this.path) : notEnterable;
  }

  #canEnter(): boolean {
    try {
      return inNamespace(this.path, () => true);
    } catch {
      return false;
    }
  }

  /** The initial namespace, as far as its parameters tell. */
  get initial(): boolean {
    this.#initial ??=
      this.enterable && inNamespace(this.path, () => readSysctl(initialNamespaceSysctl) !== undefined);
    return this.#initial;
  }

  /** The most telling first. */
  get names(): readonly string[] {
    return this.initial ? ['host', ...this.found.names.filter((name) => name !== 'host')] : this.found.names;
  }

  /** Runs a reader with the right /proc/net directory, inside the namespace where possible. */
  read<T>(read: (netDirectory: string) => Reading<T>): Reading<T> {
    if (this.enterable) return inNamespace(this.path, () => read('/proc/thread-self/net'));
    const directory = foreignNetDirectory(this.found);
    return directory === undefined ? notEnterable : read(directory);
  }

  snapshot(): NamespaceSnapshot {
    const readAll = (): NamespaceSnapshot => ({
      counters: this.#readHere(readNetCounters),
      sockstat: this.#readHere(readSockstat),
      interfaces: this.#readHere(readNetDev),
      conntrack: this.enterable ? this.#readHere(readConntrack) : notEnterable,
    });
    return this.enterable ? inNamespace(this.path, readAll) : readAll();
  }

  /** The counters alone, for those who look every second. The rest is as of `whole`. */
  countersNow(whole: NamespaceSnapshot): NamespaceSnapshot {
    if (!this.enterable) return { ...this.snapshot(), interfaces: whole.interfaces };
    this.#files ??= inNamespace(this.path, () => new CounterFiles('/proc/thread-self/net'));
    return { ...whole, counters: this.#files.counters(), sockstat: this.#files.sockstat() };
  }

  /** Inside already, or from outside where there is no way in. */
  #readHere<T>(read: (netDirectory: string) => Reading<T>): Reading<T> {
    return this.enterable ? read('/proc/thread-self/net') : this.read(read);
  }

  sysctls(): Reading<Readonly<Record<string, string>>> {
    return this.enterable ? inNamespace(this.path, () => readSysctls(observedSysctls)) : notEnterable;
  }

  [Symbol.dispose](): void {
    if (this.diag.status === 'ok') this.diag.value.close();
    this.#files?.[Symbol.dispose]();
    if (this.#handle !== undefined) closeSync(this.#handle);
  }
}

function openHandle(path: string | null): number | undefined {
  if (path === null) return undefined;
  try {
    return openSync(path, 'r');
  } catch {
    return undefined;
  }
}
