import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  fstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { readCgroupMounts } from '../../src/kernel/processes/cgroup-folders.ts';
import { DescriptorDescriber } from '../../src/kernel/processes/describe-descriptor.ts';
import { ProcessWatch } from '../../src/kernel/processes/process-watch.ts';
import type { ProcessObservation, ThreadObservation } from '../../src/tcp/observation.ts';
import { endProcess } from './end-process.ts';

const asRoot = process.getuid?.() === 0;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function start(command: string, ...words: readonly string[]): ChildProcess & { readonly pid: number } {
  const child = spawn(command, words, { stdio: 'ignore' });
  cleanups.push(() => endProcess(child));
  const { pid } = child;
  if (pid === undefined) throw new Error(`${command} did not start`);
  return Object.assign(child, { pid });
}

/** Watches for half a second, with five looks; `meanwhile` runs in the middle. */
async function watch(pid: number, meanwhile?: () => unknown): Promise<ProcessObservation | undefined> {
  const watcher = new ProcessWatch([pid]);
  watcher.begin(performance.now());
  for (let look = 0; look < 5; look++) {
    await sleep(100);
    watcher.look(performance.now());
    if (look === 2) await meanwhile?.();
  }
  return watcher.end(performance.now()).get(pid);
}

function threadsOf(observation: ProcessObservation | undefined): readonly ThreadObservation[] {
  return observation?.threads.status === 'ok' ? observation.threads.value : [];
}

describe('ProcessWatch', () => {
  it('a process that sleeps: where it sleeps, and that it costs nothing', async () => {
    const child = start('sleep', '60');
    await sleep(50);
    const observed = await watch(child.pid);
    expect(observed).toMatchObject({
      pid: child.pid,
      parentPid: process.pid,
      name: 'sleep',
      commandLine: 'sleep 60',
      uid: process.getuid?.(),
      state: { before: 'S', after: 'S' },
      frozen: false,
      threadCount: 1,
    });
    const [thread] = threadsOf(observed);
    expect(thread).toMatchObject({
      tid: child.pid,
      name: 'sleep',
      state: 'S',
      waitChannel: 'hrtimer_nanosleep',
    });
    expect(thread?.systemCall).toMatch(/^(clock_)?nanosleep$/);
    expect(thread?.cpuShare).toBeLessThan(0.01);
  });

  // On cores that others use as well: what it does not get it must be seen waiting for.
  it('a process that spins: the share of a core it gets, busiest thread first', { retry: 2 }, async () => {
    const child = start(process.execPath, '-e', 'for (;;);');
    if (asRoot) setPriority(child.pid, -15);
    const observed = await watch(child.pid);
    const [busiest, ...others] = threadsOf(observed);
    expect(busiest?.state).toBe('R');
    expect(busiest?.cpuShare).toBeGreaterThan(0.5);
    expect((busiest?.cpuShare ?? 0) + (busiest?.runQueueWaitShare ?? 0)).toBeGreaterThan(0.85);
    expect(busiest).not.toHaveProperty('systemCall');
    expect(others.length).toBeGreaterThan(2);
    for (const other of others) expect(other.cpuShare).toBeLessThanOrEqual(busiest?.cpuShare ?? 0);
  });

  it('a process that was born within the window: its share since then', { retry: 2 }, async () => {
    const beganMs = performance.now();
    await sleep(1500);
    const child = start(process.execPath, '-e', 'for (;;);');
    if (asRoot) setPriority(child.pid, -15);
    await sleep(1000);
    const late = new ProcessWatch([child.pid]);
    late.begin(performance.now(), beganMs);
    const [busiest] = threadsOf(late.end(performance.now()).get(child.pid));
    expect((busiest?.cpuShare ?? 0) + (busiest?.runQueueWaitShare ?? 0)).toBeGreaterThan(0.8);
    const idle = start('sleep', '60');
    await sleep(500);
    const asleep = new ProcessWatch([idle.pid]);
    asleep.begin(performance.now(), beganMs);
    expect(threadsOf(asleep.end(performance.now()).get(idle.pid))[0]?.cpuShare).toBeLessThan(0.2);
  });

  it('a process that was stopped shows T', async () => {
    const child = start('sleep', '60');
    child.kill('SIGSTOP');
    await sleep(50);
    const observed = await watch(child.pid);
    expect(observed?.state).toStrictEqual({ before: 'T', after: 'T' });
    expect(threadsOf(observed)[0]?.state).toBe('T');
  });

  it('a process that is stopped in the window shows it at the end', async () => {
    const child = start('sleep', '60');
    await sleep(50);
    const observed = await watch(child.pid, () => child.kill('SIGSTOP'));
    expect(observed?.state).toStrictEqual({ before: 'S', after: 'T' });
  });

  it('a process that ends in the window keeps what was seen of it', async () => {
    const child = start(process.execPath, '-e', 'for (;;);');
    const observed = await watch(child.pid, () => endProcess(child));
    expect(observed).toMatchObject({ name: expect.stringMatching(/node/), state: { after: 'X' } });
    expect(threadsOf(observed)[0]?.cpuShare).toBeGreaterThan(0.2);
  });

  it('a process that is gone before is left out', async () => {
    const child = start('true');
    await once(child, 'exit');
    expect(await watch(child.pid)).toBeUndefined();
  });

  it('counts descriptors and knows their limit', async () => {
    const child = start('prlimit', '--nofile=321:400', 'sleep', '60');
    await sleep(100);
    const open = readdirSync(`/proc/${child.pid}/fd`).length;
    expect(await watch(child.pid)).toMatchObject({
      openDescriptors: { before: open, after: open },
      descriptorLimit: 321,
    });
  });

  it('a thread that is born in the window counts with all it used', async () => {
    // A worker that starts to spin 150 ms after the process.
    const script = `setTimeout(() => new (require('node:worker_threads').Worker)('for(;;);', { eval: true }), 150)`;
    const observed = await watch(start(process.execPath, '-e', script).pid);
    const [busiest] = threadsOf(observed);
    expect(busiest?.tid).not.toBe(observed?.pid);
    expect(busiest?.cpuShare).toBeGreaterThan(0.1);
  });
});

describe('ProcessWatch: what a blocked thread waits for', () => {
  async function silentServer(host: string): Promise<{ server: Server; port: number }> {
    const sockets: Socket[] = [];
    const server = createServer((socket) => sockets.push(socket)).listen(0, host);
    await once(server, 'listening');
    cleanups.push(() => {
      for (const socket of sockets) socket.destroy();
      server.close();
    });
    return { server, port: (server.address() as AddressInfo).port };
  }

  it.each(['127.0.0.1', '::1'])('the other end of a connection (%s)', async (host) => {
    const { port } = await silentServer(host);
    const child = start('bash', '-c', `exec cat < /dev/tcp/${host}/${port}`);
    await sleep(200);
    expect(threadsOf(await watch(child.pid))[0]).toMatchObject({
      name: 'cat',
      systemCall: 'read',
      systemCallTarget: `connection to ${host.includes(':') ? `[${host}]` : host}:${port}`,
    });
  });

  it('a pipe', async () => {
    const child = start('bash', '-c', 'sleep 60 | exec cat');
    await sleep(200);
    const cat = Number(execFileSync('pgrep', ['-P', String(child.pid), '-x', 'cat'], { encoding: 'utf8' }));
    const sleeper = Number(
      execFileSync('pgrep', ['-P', String(child.pid), '-x', 'sleep'], { encoding: 'utf8' }),
    );
    cleanups.push(() => process.kill(sleeper));
    expect(threadsOf(await watch(cat))[0]).toMatchObject({ systemCall: 'read', systemCallTarget: 'pipe' });
  });

  it('a locked file', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'halfopen-lock-'));
    cleanups.push(() => rmSync(folder, { recursive: true }));
    const lock = join(folder, 'lock');
    // flock(1) runs its command as a child, which keeps the lock as well.
    start('flock', '--no-fork', lock, 'sleep', '60');
    await sleep(200);
    const waiting = start('flock', '--no-fork', lock, 'true');
    await sleep(100);
    expect(threadsOf(await watch(waiting.pid))[0]).toMatchObject({
      systemCall: 'flock',
      systemCallTarget: `file ${lock}`,
    });
  });

  it('listening sockets, Unix sockets, devices', async () => {
    const { server, port } = await silentServer('127.0.0.1');
    const local = createServer().listen('\0halfopen-test-describe');
    await once(local, 'listening');
    cleanups.push(() => local.close());
    const fd = (of: Server): number => (of as unknown as { _handle: { fd: number } })._handle.fd;
    const describer = new DescriptorDescriber();
    expect(fstatSync(fd(server)).isSocket()).toBe(true);
    expect(describer.describe(process.pid, fd(server))).toBe(`listening socket 127.0.0.1:${port}`);
    expect(describer.describe(process.pid, fd(local))).toBe('unix socket @halfopen-test-describe');
    expect(describer.describe(process.pid, openSync('/dev/null', 'r'))).toBe('device /dev/null');
    expect(describer.describe(process.pid, 99_999)).toBeUndefined();
  });
});

describe.skipIf(!asRoot)('ProcessWatch: cgroups (making them needs root)', () => {
  /** A cgroup with `pid` in it, emptied and removed afterwards; undefined where that hierarchy is not mounted. */
  function makeCgroup(controller: string, pid: number): string | undefined {
    const mount = readCgroupMounts().get(controller)?.mountPoint;
    if (mount === undefined) return undefined;
    const folder = `${mount}/hk-${process.pid}`;
    mkdirSync(folder);
    cleanups.push(async () => {
      try {
        writeFileSync(`${mount}/cgroup.procs`, String(pid));
      } catch {
        // The process has ended by itself.
      }
      await sleep(20);
      rmdirSync(folder);
    });
    writeFileSync(`${folder}/cgroup.procs`, String(pid));
    return folder;
  }

  it('a frozen process', async (context) => {
    const child = start('sleep', '60');
    const folder = makeCgroup('unified', child.pid);
    if (folder === undefined) return context.skip('no cgroup v2 mount');
    await sleep(50);
    const thawed = await watch(child.pid);
    writeFileSync(`${folder}/cgroup.freeze`, '1');
    await sleep(100);
    const frozen = await watch(child.pid);
    writeFileSync(`${folder}/cgroup.freeze`, '0');
    expect(thawed?.frozen).toBe(false);
    expect(frozen?.frozen).toBe(true);
    expect(frozen?.cgroup).toContain(`hk-${process.pid}`);
  });

  it('a process whose CPU limit stops it most of the time', async (context) => {
    const child = start(process.execPath, '-e', 'for (;;);');
    const folder = makeCgroup('cpu', child.pid);
    if (folder === undefined) return context.skip('no cgroup v1 cpu controller');
    const unlimited = await watch(child.pid);
    writeFileSync(`${folder}/cpu.cfs_period_us`, '50000');
    writeFileSync(`${folder}/cpu.cfs_quota_us`, '5000');
    await sleep(100);
    const limited = await watch(child.pid);
    expect(unlimited).not.toHaveProperty('throttledShare');
    // 10 % of a core is what it may have: it is stopped for the other 90 %.
    expect(limited?.throttledShare).toBeGreaterThan(0.7);
    expect(limited?.throttledShare).toBeLessThanOrEqual(1);
    expect(threadsOf(limited)[0]?.cpuShare).toBeLessThan(0.25);
  });
});
