import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { saveObservation } from '../../src/app/saved-observation.ts';
import { parseReport } from '../../src/contract/report.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { makeObservation } from '../fixtures/observation.ts';
import { runProgram } from './start-program.ts';

/** koffi as if it were not installed (or had no binary for this machine). */
const withoutKoffi = `
  import Module from 'node:module';
  const resolve = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    if (request === 'koffi') throw Object.assign(new Error("Cannot find module 'koffi'\\nRequire stack:"), { code: 'MODULE_NOT_FOUND' });
    return resolve.call(this, request, ...rest);
  };`;
/** Nothing below /proc or /sys, and another name of the operating system. */
const onMacos = `${withoutKoffi}
  import fs from 'node:fs';
  import { syncBuiltinESMExports } from 'node:module';
  Object.defineProperty(process, 'platform', { value: 'darwin' });
  for (const name of ['readFileSync', 'openSync', 'readdirSync', 'readlinkSync', 'statSync', 'existsSync']) {
    const real = fs[name];
    fs[name] = (file, ...rest) => {
      if (/^\\/(proc|sys)\\//.test(String(file))) throw new Error('read ' + file + ' although this is not Linux');
      return real(file, ...rest);
    };
  }
  syncBuiltinESMExports();`;

const preload = (code: string): { nodeArguments: string[] } => ({
  nodeArguments: ['--import', `data:text/javascript,${encodeURIComponent(code)}`],
});

describe('where there is no Linux', () => {
  let folder = '';
  let file = '';

  beforeAll(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'halfopen-elsewhere-'));
    file = path.join(folder, 'kept.json.gz');
    saveObservation(file, makeObservation({}));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('doctor --from judges a kept file, in every form', async () => {
    const here = await runProgram(['doctor', '--from', file, '--json']);
    const there = await runProgram(['doctor', '--from', file, '--json'], preload(onMacos));
    expect(there).toEqual(here);
    expect(parseReport(JSON.parse(there.stdout)).schemaVersion).toBe(1);
    for (const form of [[], ['--markdown'], ['--html', path.join(folder, 'page.html')], ['--redact']]) {
      const run = await runProgram(['doctor', '--from', file, ...form], preload(onMacos));
      expect(run.stderr).not.toMatch(/koffi|should not have happened/);
      expect(run.exitCode).toBe(here.exitCode);
    }
  });

  it.each([
    ['doctor', 'observe this host'],
    ['listeners', 'list listening sockets'],
    ['sockets', 'count sockets'],
  ])('%s: exit 3, and the way that works here', async (command, attempted) => {
    const run = await runProgram([command], preload(onMacos));
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toContain(`halfopen: cannot ${attempted} on darwin: `);
    expect(run.stderr).toContain('halfopen doctor --from FILE');
  });

  it.each(['--version', '--help', 'schema report', 'explain'])('%s works', async (args) => {
    const run = await runProgram(args.split(' '), preload(onMacos));
    expect(run).toMatchObject({ exitCode: 0, stderr: '' });
  });
});

describe.runIf(process.platform === 'linux')('Linux without koffi (runs on Linux only)', () => {
  it('doctor sees what /proc shows of its own namespace, and says what is missing and why', async () => {
    const run = await runProgram(
      ['doctor', '--netns', 'self', '--for', '500ms', '--json'],
      preload(withoutKoffi),
    );
    const report = parseReport(JSON.parse(run.stdout));
    expect(run.stderr).toBe(
      "halfopen: libc cannot be called (Cannot find module 'koffi'): only /proc of this network namespace could be read\n",
    );
    expect(report.namespaces).toHaveLength(1);
    expect(Object.keys(report.namespaces[0]?.counters ?? {})).toContain('TcpExt.ListenDrops');
    expect(report.unknowns.map((unknown) => unknown.rule)).toContain('accept-queue-overflow');
  });

  it.each([
    ['listeners', '--netns', 'self'],
    ['sockets', '--netns', 'self'],
  ])('%s works from /proc', async (...args) => {
    const run = await runProgram(args, preload(withoutKoffi));
    expect(run.exitCode).toBe(0);
    expect(run.stderr).not.toContain('should not have happened');
  });
});

/** socket(AF_NETLINK, ...) fails as where the kernel has no netlink for sockets, or a seccomp filter forbids it (gVisor, old Docker). */
const withoutSockDiag = (errno: number): string => `
  import Module from 'node:module';
  const load = Module._load;
  let refused = false;
  Module._load = function (request, ...rest) {
    const koffi = load.call(this, request, ...rest);
    if (request !== 'koffi') return koffi;
    return { ...koffi, errno: () => (refused ? ${errno} : koffi.errno()), load: (name) => {
      const library = koffi.load(name);
      return { func: (prototype) => {
        const real = library.func(prototype);
        if (!prototype.startsWith('int socket(')) return real;
        return (domain, ...more) => { refused = domain === 16; return refused ? -1 : real(domain, ...more); };
      } };
    } };
  };`;

describe.skipIf(process.getuid?.() !== 0)('a kernel without sock_diag (staging needs root)', () => {
  const PORT = 24_317;
  let sick: LabNamespace;

  beforeAll(async () => {
    sick = LabNamespace.create('hx-nodiag');
    const server = sick.spawn('listener', {
      address: '::',
      dualStack: true,
      port: PORT,
      backlog: 4,
      mode: 'accept',
    });
    await server.ready;
    server.signal('SIGSTOP');
    await sick.spawn('clients', { to: '127.0.0.1', port: PORT, count: 12, close: 'never' }).ready;
    await new Promise((resolve) => setTimeout(resolve, 300));
  });
  afterAll(() => sick?.dispose());

  it.each([
    ['ENOENT', 2],
    ['EPROTONOSUPPORT', 93],
    ['EACCES', 13],
  ])(
    '%s: /proc/net/tcp shows queue and owner, the limit is unknown and the rule says so',
    async (_name, errno) => {
      const run = await runProgram(
        ['doctor', '--netns', sick.name, '--for', '1s', '--json'],
        preload(withoutSockDiag(errno)),
      );
      const report = parseReport(JSON.parse(run.stdout));
      expect(report.namespaces[0]?.listeners[0]).toMatchObject({
        family: 'ipv6',
        port: PORT,
        acceptQueue: { length: 5 },
        limitSetBy: 'unknown',
        process: { name: expect.stringMatching(/node/) },
      });
      expect(report.namespaces[0]?.states).toMatchObject({ SYN_SENT: 7 });
      expect(report.unknowns).toContainEqual(
        expect.objectContaining({
          rule: 'accept-queue-overflow',
          because: expect.stringContaining('/proc/net/tcp'),
        }),
      );
      const counted = await runProgram(
        ['sockets', '--netns', sick.name, '--json'],
        preload(withoutSockDiag(errno)),
      );
      expect(JSON.parse(counted.stdout)).toMatchObject({ total: 18, missing: [] });
    },
  );
});

describe.skipIf(process.getuid?.() !== 0)('Linux without /proc (hiding it needs root)', () => {
  it.each(['doctor', 'listeners', 'sockets'])('%s: exit 3 and what to mount', async (command) => {
    const hide = 'mount -t tmpfs none /proc && exec "$@"';
    const run = await runProgram([command], {
      before: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', hide, 'sh'],
    });
    expect(run).toMatchObject({ exitCode: 3, stdout: '' });
    expect(run.stderr).toMatch(/without \/proc: .*\nMount it: mount -t proc proc \/proc\n$/);
  });
});
