import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { keptCapabilityNames } from '../../src/kernel/processes/become-user.ts';
import { ask } from '../server/start-test-server.ts';
import {
  asNobody,
  publicCopy,
  runProgram,
  type StartedProgram,
  type StartOptions,
  startProgram,
} from './start-program.ts';

const isRoot = process.getuid?.() === 0;
let folder: string;
let store: string;
const started: StartedProgram[] = [];
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'halfopen-serve-'));
  chmodSync(folder, 0o755);
  store = path.join(folder, 'new/history.db');
});
afterEach(async () => {
  for (const { child } of started) child.kill('SIGKILL');
  await Promise.all(started.splice(0).map(({ ended }) => ended));
  rmSync(folder, { recursive: true });
});

/** A port that is free; taken again at once. */
function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const probe = createServer().listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

interface Served {
  readonly program: StartedProgram;
  readonly port: number;
  readonly stderr: () => string;
}

/** Starts it and waits until it says where it can be opened. */
async function serve(args: readonly string[] = [], options: StartOptions = {}): Promise<Served> {
  const port = await freePort();
  const program = startProgram(
    ['serve', '--port', String(port), '--store', store, '--netns', 'self', ...args],
    options,
  );
  started.push(program);
  let stderr = '';
  program.child.stderr?.on('data', (text: string) => {
    stderr += text;
  });
  const end = Date.now() + 20_000;
  while (!/\bopen https?:/.test(stderr) && program.child.exitCode === null && Date.now() < end)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stderr).toMatch(/\bopen https?:/);
  return { program, port, stderr: () => stderr };
}

describe('halfopen serve', () => {
  it('says what it does, answers, and ends in good order', async () => {
    const { program, port, stderr } = await serve();
    expect(stderr()).toMatch(/^\d\d:\d\d:\d\d halfopen \d+\.\d+\.\d+ records .*, Linux /m);
    expect(stderr()).toContain(`kept in ${store} for 7.0 days, at most 512 MB`);
    expect(stderr()).toContain(`open http://127.0.0.1:${port}/`);
    expect(await ask({ port }, '/healthz')).toMatchObject({ status: 200 });
    expect(JSON.parse((await ask({ port }, '/api/v1/incidents')).text)).toEqual({ incidents: [] });
    const begun = performance.now();
    program.child.kill('SIGTERM');
    const ended = await program.ended;
    expect(ended).toMatchObject({ exitCode: 0, signal: null, stdout: '' });
    expect(performance.now() - begun).toBeLessThan(2000);
    expect(ended.stderr).toMatch(/stopping\n.*stopped; what was recorded is kept/);
    // The log of the database is in the database.
    expect(readdirSync(path.dirname(store)).filter((name) => name.endsWith('-wal'))).toEqual([]);
  });

  it('ends for Ctrl-C as well, also while somebody looks on', async () => {
    const { program, port } = await serve();
    const viewer = await fetch(`http://127.0.0.1:${port}/api/v1/events`);
    program.child.kill('SIGINT');
    expect(await program.ended).toMatchObject({ exitCode: 0, signal: null });
    await viewer.text().catch(() => {});
  });

  it('logs JSON, a line each', async () => {
    const { program } = await serve(['--log-format', 'json']);
    program.child.kill('SIGTERM');
    const { stderr } = await program.ended;
    const lines = stderr
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ level: 30, name: 'halfopen', msg: expect.stringContaining('records') });
    expect(lines.every(({ time, msg }) => !Number.isNaN(Date.parse(time)) && typeof msg === 'string')).toBe(
      true,
    );
  });

  it('is one recorder a store, and one server a port', async () => {
    const { port, program } = await serve();
    const other = await runProgram(['serve', '--port', String(await freePort()), '--store', store]);
    expect(other).toMatchObject({ exitCode: 3 });
    expect(other.stderr).toContain(`another recorder does: process ${program.child.pid}`);
    const same = await runProgram([
      'serve',
      '--port',
      String(port),
      '--store',
      path.join(folder, 'b/history.db'),
    ]);
    expect(same).toMatchObject({ exitCode: 3 });
    expect(same.stderr).toMatch(/cannot listen on 127\.0\.0\.1 port \d+: .*EADDRINUSE.*\n.*--port N/s);
  });

  it('serves others only who know the token', async () => {
    const file = path.join(folder, 'token');
    writeFileSync(file, '0123456789abcdef0123\n', { mode: 0o600 });
    const { port, stderr } = await serve(['--host', '0.0.0.0', '--token-file', file]);
    expect(stderr()).toMatch(/warning: without TLS/);
    expect((await ask({ port }, '/api/v1/session')).status).toBe(401);
    const headers = { authorization: 'Bearer 0123456789abcdef0123' };
    expect((await ask({ port }, '/api/v1/session', { headers })).status).toBe(200);
  });

  it.each([
    [['--host', '0.0.0.0'], /cannot serve on 0\.0\.0\.0\n.*--token-file FILE/],
    [['--host', '::'], /--token-file FILE/],
    [['--token-file', '/nonexistent/token'], /ENOENT/],
    [['--tls-cert', '/x'], /--tls-cert and --tls-key belong together/],
    [['--tls-cert', '/nonexistent/c', '--tls-key', '/nonexistent/k'], /cannot read the/],
    [['--port', '0'], /1 to 65535/],
    [['--retain', '7'], /number with a unit/],
    [['--retain', '1m'], /between 10m/],
    [['--max-size', '1MB'], /between 16MB/],
    [['--black-box', 'x'], /number with a unit/],
    [['--otlp', 'collector:4318'], /http:\/\/127/],
    [['--user', 'no-such-user-here'], isRoot ? /none of this name/ : /Only root/],
    [['--user', 'root'], isRoot ? /This is root/ : /Only root/],
    [['--user', 'nobody', '--allow-lab'], /choose one or the other/],
  ])('refuses %j', async (args, said) => {
    const { exitCode, stderr } = await runProgram(['serve', '--store', store, ...args]);
    expect(stderr).toMatch(said);
    expect(exitCode).toBe(2);
    expect(readdirSync(folder)).toEqual([]);
  });
});

const bits: Readonly<Record<string, number>> = {
  CAP_DAC_READ_SEARCH: 2,
  CAP_NET_RAW: 13,
  CAP_SYS_PTRACE: 19,
  CAP_SYS_ADMIN: 21,
  CAP_SYSLOG: 34,
};

describe.skipIf(!isRoot)('halfopen serve --user (needs root)', () => {
  const statusOf = (pid: number, thread: string, name: string): string =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'm').exec(
      readFileSync(`/proc/${pid}/task/${thread}/status`, 'latin1'),
    )?.[1] ?? '';

  it('gives root away, on every thread, and goes on recording', async () => {
    const { program, port, stderr } = await serve(['--user', 'nobody']);
    const pid = program.child.pid ?? 0;
    expect(stderr()).toMatch(/running as nobody, root is given away/);
    // Something that needs libuv's threads, if they should start only now.
    expect((await ask({ port }, '/')).status).toBe(200);
    const wanted = keptCapabilityNames.reduce((sum, name) => sum | (1n << BigInt(bits[name] ?? 63)), 0n);
    const threads = readdirSync(`/proc/${pid}/task`);
    expect(threads.length).toBeGreaterThan(5);
    for (const thread of threads) {
      const isMain = Number(thread) === pid;
      expect(statusOf(pid, thread, 'Uid')).toBe('65534\t65534\t65534\t65534');
      expect(statusOf(pid, thread, 'Gid')).toBe('65534\t65534\t65534\t65534');
      expect(statusOf(pid, thread, 'Groups').trim()).toBe('');
      for (const name of ['CapEff', 'CapPrm'])
        expect([thread, name, BigInt(`0x${statusOf(pid, thread, name)}`)]).toEqual([
          thread,
          name,
          isMain ? wanted : 0n,
        ]);
      for (const name of ['CapInh', 'CapAmb']) expect(BigInt(`0x${statusOf(pid, thread, name)}`)).toBe(0n);
      expect(statusOf(pid, thread, 'NoNewPrivs')).toBe('1');
      expect(statusOf(pid, thread, 'Seccomp')).toBe('2');
    }
    // What it wrote before is its own, and so is what it goes on to write.
    await new Promise((resolve) => setTimeout(resolve, 1500));
    expect((await ask({ port }, '/api/v1/incidents')).status).toBe(200);
    program.child.kill('SIGTERM');
    expect(await program.ended).toMatchObject({ exitCode: 0 });
    const again = await serve(['--user', 'nobody']);
    again.program.child.kill('SIGTERM');
    expect(await again.program.ended).toMatchObject({ exitCode: 0 });
  });

  it('leaves a process that can neither write what is root’s nor execute anything', async () => {
    // Loaded into the program, it tries once the log says that root is given away.
    const attack = path.join(folder, 'attack.cjs');
    writeFileSync(
      attack,
      `const write = process.stderr.write.bind(process.stderr);
       process.stderr.write = (text, ...rest) => {
         const done = write(text, ...rest);
         if (/root is given away/.test(text)) setTimeout(attack, 200);
         return done;
       };
       function attack() {
         const fs = require('node:fs');
         const { spawnSync } = require('node:child_process');
         const { Worker } = require('node:worker_threads');
         const trial = (name, work) => {
           let said;
           try { said = work() ?? 'done'; } catch (error) { said = error.code ?? error.message; }
           write('TRIED ' + name + ' ' + said + '\\n');
         };
         trial('etc', () => fs.writeFileSync('/etc/halfopen-attack', 'x'));
         trial('passwd', () => fs.appendFileSync('/etc/passwd', ''));
         trial('sysctl', () => fs.writeFileSync('/proc/sys/net/core/somaxconn', '4096'));
         trial('root', () => process.setuid(0));
         trial('kill', () => process.kill(1, 0));
         trial('exec', () => spawnSync('/bin/true').error?.code);
         trial('owner', () => fs.chownSync(process.env.STORE, 0, 0));
       }`,
    );
    const { program, stderr } = await serve(['--user', 'nobody'], {
      nodeArguments: ['--require', attack],
      environment: { STORE: store },
    });
    const end = Date.now() + 5000;
    while (!/TRIED owner/.test(stderr()) && Date.now() < end)
      await new Promise((resolve) => setTimeout(resolve, 50));
    const tried = [...stderr().matchAll(/^TRIED (\w+) (\w+)$/gm)].map(([, name, said]) => `${name} ${said}`);
    expect(tried).toEqual([
      'etc EACCES',
      'passwd EACCES',
      'sysctl EACCES',
      'root EPERM',
      'kill EPERM',
      'exec EPERM',
      'owner EPERM',
    ]);
    program.child.kill('SIGTERM');
    await program.ended;
  });

  it('is refused for a store in a folder that is root’s', async () => {
    const { exitCode, stderr } = await runProgram([
      'serve',
      '--user',
      'nobody',
      '--store',
      path.join(folder, 'history.db'),
    ]);
    expect(exitCode).toBe(2);
    expect(stderr).toMatch(/that user may not write to .*\n.*chown -R nobody/);
  });

  it('is refused to who is not root', async () => {
    const copy = publicCopy();
    try {
      const { exitCode, stderr } = await runProgram(['serve', '--user', 'daemon', '--store', store], {
        before: asNobody,
        program: copy.program,
      });
      expect(exitCode).toBe(2);
      expect(stderr).toContain('Only root can become another user');
    } finally {
      copy.remove();
    }
  });
});
