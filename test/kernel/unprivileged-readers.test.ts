import { execFileSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';

/** What the readers bring back for a process of another user (the parent of all, or us) and for the whole host. */
const script = `
  import { findNamespaces } from './dist/kernel/netns/find-namespaces.js';
  import { selectNamespaces } from './dist/kernel/netns/select-namespaces.js';
  import { ProcessWatch } from './dist/kernel/processes/process-watch.js';
  import { findSocketOwners } from './dist/kernel/processes/find-socket-owners.js';
  import { KernelLogFollower } from './dist/kernel/kmsg/read-kmsg.js';
  const other = Number(process.argv[2]);
  const scan = findNamespaces();
  let exitCode = 0;
  try { selectNamespaces(String(other), scan); } catch (error) { exitCode = error.exitCode; }
  const watch = new ProcessWatch([other, process.pid]);
  watch.begin(performance.now());
  await new Promise((done) => setTimeout(done, 100));
  watch.look(performance.now());
  const observed = watch.end(performance.now());
  const owners = await findSocketOwners(new Set([1]), [other, process.pid], () => new Promise(setImmediate));
  const log = KernelLogFollower.open(Date.now());
  console.log(JSON.stringify({
    uid: process.getuid(), pid: process.pid, scan, exitCode, other: observed.get(other), self: observed.get(process.pid),
    deniedPids: owners.deniedPids, log: log.status === 'ok' ? { status: 'ok', events: log.value.readNew().length } : log,
  }));`;

const observation = z.looseObject({
  name: z.string(),
  uid: z.number(),
  state: z.looseObject({}),
  openDescriptors: z.unknown(),
  namespaceInode: z.number().optional(),
  threads: z.object({
    status: z.literal('ok'),
    value: z.array(z.looseObject({ systemCall: z.string().optional() })),
  }),
});
const printed = z.object({
  uid: z.number(),
  pid: z.number(),
  exitCode: z.number(),
  scan: z.looseObject({
    namespaces: z.array(
      z.looseObject({ own: z.boolean(), pids: z.array(z.number()), enterable: z.boolean() }),
    ),
    hidden: z.number(),
    processesConcealed: z.boolean(),
  }),
  other: observation.optional(),
  self: observation,
  deniedPids: z.array(z.number()),
  log: z.looseObject({ status: z.string() }),
});

describe.skipIf(process.getuid?.() !== 0)('the readers without privilege (giving root up needs root)', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'halfopen-unprivileged-'));
    chmodSync(folder, 0o755);
    try {
      execFileSync('node_modules/.bin/tsc', ['-p', 'tsconfig.build.json', '--outDir', join(folder, 'dist')]);
    } catch {
      // Types are checked elsewhere; tsc writes what it can all the same.
    }
    symlinkSync(resolve('node_modules'), join(folder, 'node_modules'));
    writeFileSync(join(folder, 'readers.mjs'), script);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  const asNobody = ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups', process.execPath];

  function run(before: readonly string[] = []): z.infer<typeof printed> {
    const [command = '', ...words] = [
      ...before,
      ...asNobody,
      join(folder, 'readers.mjs'),
      String(process.pid),
    ];
    return printed.parse(JSON.parse(execFileSync(command, words, { encoding: 'utf8' })));
  }

  it('say what they may not see, and see the rest', () => {
    const seen = run();
    expect(seen.uid).toBe(65_534);
    expect(seen.scan.namespaces[0]).toMatchObject({ own: true, enterable: true, pids: [seen.pid] });
    expect(seen.scan.hidden).toBeGreaterThan(0);
    expect(seen.scan.processesConcealed).toBe(false);
    expect(seen.exitCode).toBe(3);
    expect(seen.deniedPids).toStrictEqual([process.pid]);
    expect(seen.log).toMatchObject({ status: 'denied', needs: 'root (CAP_SYSLOG)' });
    // CPU times and states are for everybody; what it waits for is not.
    expect(seen.other).toMatchObject({ uid: 0, state: { before: expect.any(String) } });
    expect(seen.other?.namespaceInode).toBeUndefined();
    expect(seen.other?.threads.value.length).toBeGreaterThan(1);
    expect(seen.other?.threads.value.some((thread) => thread.systemCall !== undefined)).toBe(false);
    expect(seen.self.threads.value.some((thread) => thread.systemCall !== undefined)).toBe(true);
  });

  it('say so when /proc conceals other processes (hidepid=2)', () => {
    const mountAnother = 'mount -t proc -o hidepid=2 proc /proc && exec "$@"';
    const seen = run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mountAnother, 'sh']);
    expect(seen.scan).toMatchObject({ hidden: 0, processesConcealed: true });
    expect(seen.other).toBeUndefined();
    expect(seen.deniedPids).toStrictEqual([]);
    expect(seen.self.uid).toBe(65_534);
  });

  it('say so when /proc only bars the way (hidepid=1)', () => {
    const mountAnother = 'mount -t proc -o hidepid=1 proc /proc && exec "$@"';
    const seen = run(['unshare', '--mount', '--propagation', 'private', 'sh', '-c', mountAnother, 'sh']);
    expect(seen.scan.hidden).toBeGreaterThan(0);
    expect(seen.scan.processesConcealed).toBe(false);
    expect(seen.other).toBeUndefined();
    expect(seen.deniedPids).toStrictEqual([process.pid]);
  });
});
