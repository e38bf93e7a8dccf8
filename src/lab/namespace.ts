import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { inNamespace } from '../kernel/netns/enter.ts';
import { compiledProgram } from './compiled-program.ts';
import { LabProcess } from './lab-process.ts';
import { disposeAtExit, forgetAtExit } from './left-behind.ts';
import { inodeOfName, makeNamespace, namespaceFolder } from './namespace-file.ts';
import type { LabPrograms } from './programs/options.ts';
import { removeNamespace } from './remove-namespace.ts';
import { type NamePrefix, newName } from './run-id.ts';
import { runTool } from './tool.ts';

/**
 * A network namespace of the lab's own, with loopback up and nothing else in it. It lives until `dispose` (or the end
 * of a `using` block), at the latest until this process exits or is ended by SIGINT or SIGTERM; its processes die first.
 */
export class LabNamespace {
  /** As `ip netns list` shows it: hop-LABEL-RUN-N or halfopen-lab-LABEL-RUN-N (run-id.ts). */
  readonly name: string;
  /** For `inNamespace`: /run/netns/NAME. */
  readonly path: string;
  /** The number in /proc/PID/ns/net. */
  readonly inode: number;
  readonly #disposeAtExit = () => this.dispose();

  private constructor(name: string) {
    this.name = name;
    this.path = `${namespaceFolder}/${name}`;
    this.inode = inodeOfName(name) ?? 0;
    disposeAtExit(this.#disposeAtExit);
  }

  /** Throws HalfopenError without root or without `ip` (Debian package iproute2). */
  static create(label: string, prefix?: NamePrefix): LabNamespace {
    const name = newName(label, prefix);
    makeNamespace(name);
    const namespace = new LabNamespace(name);
    namespace.#enableIpv6();
    namespace.run('ip', ['link', 'set', 'lo', 'up']);
    return namespace;
  }

  /** A namespace may take over that its host has IPv6 switched off (devconf_inherit_init_net, or `ipv6.disable_ipv6=1` at boot). */
  #enableIpv6(): void {
    for (const devices of ['default', 'all']) {
      const name = `net.ipv6.conf.${devices}.disable_ipv6`;
      if (existsSync(sysctlPath(name)) && this.getSysctl(name) !== '0') this.setSysctl(name, 0);
    }
  }

  /** `name` as in "net.ipv4.tcp_syncookies"; write it with slashes when a device name contains a dot. */
  setSysctl(name: string, value: string | number): void {
    inNamespace(this.path, () => writeFileSync(sysctlPath(name), String(value)));
  }

  /** Kernels differ in the parameters they have. */
  hasSysctl(name: string): boolean {
    return inNamespace(this.path, () => existsSync(sysctlPath(name)));
  }

  getSysctl(name: string): string {
    return inNamespace(this.path, () => readFileSync(sysctlPath(name), 'utf8').trim());
  }

  /** Runs an installed program to its end inside the namespace, gives its standard output; throws when it fails. */
  run(command: string, args: readonly string[] = [], input?: string): string {
    return inNamespace(this.path, () => runTool(command, args, input));
  }

  /**
   * Starts one of the lab's own programs inside the namespace. A child process inherits the network namespace of the
   * thread that forks it, so no wrapper is needed and `pid` is the program itself.
   */
  spawn<Name extends keyof LabPrograms>(
    program: Name,
    options: LabPrograms[Name]['options'],
    stdin: 'ignore' | 'pipe' = 'ignore',
  ): LabProcess<LabPrograms[Name]['ready'], LabPrograms[Name]['done']> {
    const file = compiledProgram(program);
    const child = inNamespace(this.path, () =>
      spawn(process.execPath, [file, JSON.stringify(options)], { stdio: [stdin, 'pipe', 'pipe'] }),
    );
    return new LabProcess(child, `${program} in ${this.name}`);
  }

  /** Kills whatever runs inside, then removes the namespace with its links. Twice is harmless. */
  dispose(): void {
    forgetAtExit(this.#disposeAtExit);
    removeNamespace(this.name);
  }

  [Symbol.dispose](): void {
    this.dispose();
  }
}

function sysctlPath(name: string): string {
  return `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
}
