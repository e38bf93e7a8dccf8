import { spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exitCodes, HalfopenError } from '../base/errors.ts';
import { inNamespace } from '../kernel/netns/enter.ts';
import { LabProcess } from './lab-process.ts';
import { disposeAtExit, forgetAtExit } from './left-behind.ts';
import type { LabPrograms } from './programs/options.ts';
import { runTool } from './tool.ts';

const namespaceFolder = '/run/netns';
const ownName = /^hop-.+-(\d+)-\d+$/;

let created = 0;

/**
 * A network namespace of the lab's own, with loopback up and nothing else in it. It lives until `dispose` (or the end
 * of a `using` block), at the latest until this process exits or is ended by SIGINT or SIGTERM; its processes die first.
 */
export class LabNamespace {
  /** As `ip netns list` shows it: hop-LABEL-PID-N. */
  readonly name: string;
  /** For `inNamespace`: /run/netns/NAME. */
  readonly path: string;
  /** The number in /proc/PID/ns/net. */
  readonly inode: number;
  readonly #disposeAtExit = () => this.dispose();

  private constructor(name: string) {
    this.name = name;
    this.path = `${namespaceFolder}/${name}`;
    this.inode = statSync(this.path).ino;
    disposeAtExit(this.#disposeAtExit);
  }

  /** Throws HalfopenError without root or without `ip` (Debian package iproute2). */
  static create(label: string): LabNamespace {
    created++;
    const name = `hop-${label}-${process.pid}-${created}`;
    runTool('ip', ['netns', 'add', name]);
    const namespace = new LabNamespace(name);
    namespace.run('ip', ['link', 'set', 'lo', 'up']);
    return namespace;
  }

  /** `name` as in "net.ipv4.tcp_syncookies"; write it with slashes when a device name contains a dot. */
  setSysctl(name: string, value: string | number): void {
    inNamespace(this.path, () => writeFileSync(sysctlPath(name), String(value)));
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
  ): LabProcess<LabPrograms[Name]['ready'], LabPrograms[Name]['done']> {
    const file = compiledProgram(program);
    const child = inNamespace(this.path, () =>
      spawn(process.execPath, [file, JSON.stringify(options)], { stdio: ['ignore', 'pipe', 'pipe'] }),
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

/** Removes the namespaces of lab runs whose process is gone (killed with SIGKILL, say); gives their names. */
export function cleanLeftovers(): string[] {
  if (!existsSync(namespaceFolder)) return [];
  const orphaned = readdirSync(namespaceFolder).filter((name) => {
    const creator = ownName.exec(name)?.[1];
    return creator !== undefined && !existsSync(`/proc/${creator}`);
  });
  for (const name of orphaned) removeNamespace(name);
  return orphaned;
}

function removeNamespace(name: string): void {
  if (!existsSync(`${namespaceFolder}/${name}`)) return;
  killInside(name);
  runTool('ip', ['netns', 'delete', name]);
}

/** A namespace lives as long as a process in it; only its own processes are in a namespace the lab made. */
function killInside(name: string): void {
  const giveUpAtMs = performance.now() + 2000;
  for (;;) {
    const pids = runTool('ip', ['netns', 'pids', name]).split('\n').filter(Boolean).map(Number);
    const living = pids.filter((pid) => pid !== process.pid);
    if (living.length === 0 || performance.now() > giveUpAtMs) return;
    for (const pid of living) kill(pid);
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5);
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL'); // Ends stopped processes too (signal(7)).
  } catch {
    // It ended by itself in between.
  }
}

function sysctlPath(name: string): string {
  return `/proc/sys/${name.includes('/') ? name : name.replaceAll('.', '/')}`;
}

/** Node 20 runs no TypeScript, so also code run from src (by vitest) starts the compiled programs. */
function compiledProgram(program: string): string {
  const file = fileURLToPath(new URL(`../../dist/lab/programs/${program}.js`, import.meta.url));
  if (existsSync(file)) return file;
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'start the lab program',
    on: file,
    said: 'it has not been compiled',
    remedy: 'Run: npm run build',
  });
}
