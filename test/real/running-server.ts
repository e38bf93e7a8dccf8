import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import { findSocketOwners } from '../../src/kernel/processes/find-socket-owners.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { TcpSocket } from '../../src/tcp/socket.ts';
import { applyEdit } from '../../src/tuning/servers/apply-edit.ts';
import type { ConfigEdit } from '../../src/tuning/servers/backlog-setting.ts';
import { findLiveSetting, type LiveSetting } from '../../src/tuning/servers/find-live-setting.ts';

const pollMs = 25;

export type Words = readonly [string, ...string[]];

/** A program of Debian's, and how it is started with its configuration in a folder of ours. */
export interface RealProgram {
  /** In the catalogue. */
  readonly id: string;
  readonly name: string;
  /** One command that its package brings. */
  readonly needs: string;
  readonly files: Readonly<Record<string, string>>;
  /** Symbolic links, by name. */
  readonly links?: Readonly<Record<string, string>>;
  readonly start: (folder: string) => Words;
  /** Run once, before the first start. */
  readonly prepare?: (folder: string) => Words;
  readonly check?: (folder: string) => Words;
  /** What its service would do to reload it: a signal to the process that was found, or a command. */
  readonly reload?: NodeJS.Signals | ((folder: string) => Words);
  /** Where it must not run as root. */
  readonly user?: string;
}

export function isInstalled(command: string): boolean {
  return installedCommand(new RegExp(`^${command}$`)) !== undefined;
}

export function installedCommand(name: RegExp): string | undefined {
  return (process.env.PATH ?? '')
    .split(':')
    .flatMap((folder) => (folder !== '' && existsSync(folder) ? readdirSync(folder) : []))
    .find((command) => name.test(command));
}

/** It runs in a network namespace of its own with somaxconn out of the way, and is ended with it; so is its folder. */
export class RunningServer implements AsyncDisposable {
  readonly #program: RealProgram;
  readonly #namespace = LabNamespace.create('server');
  readonly #folder = mkdtempSync(path.join(tmpdir(), 'halfopen-server-'));
  readonly #ids: { readonly uid?: number; readonly gid?: number };
  #child: ChildProcess | undefined;
  #isPrepared = false;

  constructor(program: RealProgram) {
    this.#program = program;
    this.#ids = program.user === undefined ? {} : idsOf(program.user);
  }

  async start(address: string, port: number): Promise<void> {
    if (!(await this.startOrEnd(address, port))) throw new Error(`${this.#program.name} does not start`);
  }

  /** False: the program has ended, as it does when it does not like its configuration, or listens elsewhere. */
  async startOrEnd(address: string, port: number, mostMs = 10_000): Promise<boolean> {
    if (!this.#isPrepared) this.#prepare();
    const [command, ...args] = this.#program.start(this.#folder);
    this.#child = inNamespace(this.#namespace.path, () =>
      spawn(command, args, { stdio: 'ignore', cwd: this.#folder, ...this.#ids }),
    );
    const child = this.#child;
    for (let waitedMs = 0; waitedMs < mostMs; waitedMs += pollMs) {
      if (this.listener(address, port)) return true;
      if (child.exitCode !== null || child.signalCode !== null) return false;
      await sleep(pollMs);
    }
    return false;
  }

  async restart(address: string, port: number): Promise<void> {
    process.kill(await this.#serverPid(address, port), 'SIGTERM');
    const child = this.#child;
    const isOver = (): boolean => child === undefined || child.exitCode !== null || child.signalCode !== null;
    await this.#until(() => isOver() && this.#listening().length === 0, `${this.#program.name} has ended`);
    await this.start(address, port);
  }

  /** All sockets on the port. */
  listeners(port: number): readonly TcpSocket[] {
    return this.#listening().filter((one) => one.localPort === port);
  }

  listener(address: string, port: number): TcpSocket | undefined {
    return this.#listening().find((one) => one.localAddress === address && one.localPort === port);
  }

  async find(address: string, port: number, backlog: number): Promise<LiveSetting> {
    const family = address.includes(':') ? 'ipv6' : 'ipv4';
    const found = findLiveSetting(await this.#holder(address, port), { family, address, port }, backlog);
    if (found.status !== 'ok') throw new Error(`nobody holds ${address}:${port}`);
    return found.value;
  }

  write({ root }: LiveSetting, edit: ConfigEdit): void {
    const file = root + edit.file;
    const text = applyEdit(readFileSync(file, 'utf8'), edit);
    if (text === undefined) throw new Error(`${edit.file} is not as it was`);
    writeFileSync(file, text);
  }

  check(): void {
    if (this.#program.check) this.#run(this.#program.check(this.#folder));
  }

  async reload(address: string, port: number): Promise<void> {
    const { reload } = this.#program;
    if (reload === undefined) return;
    if (typeof reload === 'function') this.#run(reload(this.#folder));
    else process.kill(await this.#serverPid(address, port), reload);
  }

  async untilLimit(address: string, port: number, limit: number): Promise<void> {
    await this.#until(() => this.listener(address, port)?.sendQueue === limit, `a limit of ${limit}`);
  }

  async #serverPid(address: string, port: number): Promise<number> {
    return (await this.find(address, port, 1)).process.pid;
  }

  async #holder(address: string, port: number): Promise<number> {
    const inode = this.listener(address, port)?.inode ?? 0;
    const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
    const owners = await findSocketOwners(new Set([inode]), pids.map(Number), () => sleep(0));
    return owners.pidsByInode.get(inode)?.[0] ?? 0;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child?.kill('SIGKILL');
    this.#namespace.dispose();
    // What was killed may still be writing its last words.
    await sleep(20);
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }

  #prepare(): void {
    this.#isPrepared = true;
    this.#namespace.setSysctl('net.core.somaxconn', 65_535);
    // Workers give up their privileges, and look at what they are to serve.
    chmodSync(this.#folder, 0o755);
    if (this.#ids.uid !== undefined) chownSync(this.#folder, this.#ids.uid, this.#ids.gid ?? 0);
    const { prepare, files, links = {} } = this.#program;
    if (prepare) this.#run(prepare(this.#folder));
    for (const [name, text] of Object.entries(files)) {
      const file = path.join(this.#folder, name);
      mkdirSync(path.dirname(file), { recursive: true });
      // What `prepare` has made is added to.
      writeFileSync(file, text.replaceAll('FOLDER', this.#folder), { flag: 'a' });
    }
    for (const [name, target] of Object.entries(links)) symlinkSync(target, path.join(this.#folder, name));
  }

  #listening(): TcpSocket[] {
    const diag = SockDiag.open(this.#namespace.path);
    if (diag.status !== 'ok') throw new Error(diag.status);
    const sockets: TcpSocket[] = [];
    try {
      for (const family of ['ipv4', 'ipv6'] as const)
        diag.value.dump({ family, states: ['LISTEN'], extensions: 0 }, (one) => sockets.push(one.toSocket()));
    } finally {
      diag.value.close();
    }
    return sockets;
  }

  #run([command, ...args]: Words): void {
    const options = { cwd: this.#folder, stdio: 'pipe', timeout: 20_000, ...this.#ids } as const;
    inNamespace(this.#namespace.path, () => execFileSync(command, args, options));
  }

  async #until(reached: () => boolean, what: string): Promise<void> {
    for (let waitedMs = 0; waitedMs < 10_000; waitedMs += pollMs) {
      if (reached()) return;
      await sleep(pollMs);
    }
    throw new Error(`10 s and not yet: ${what}`);
  }
}

function idsOf(user: string): { readonly uid: number; readonly gid: number } {
  const [, , uid, gid] =
    readFileSync('/etc/passwd', 'utf8')
      .split('\n')
      .map((line) => line.split(':'))
      .find(([name]) => name === user) ?? [];
  return { uid: Number(uid), gid: Number(gid) };
}
