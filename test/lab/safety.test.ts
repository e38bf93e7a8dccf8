import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, test } from 'vitest';
import { cleanLeftovers } from '../../src/lab/clean-leftovers.ts';
import { connectNamespaces } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { makeNamespace, namespaceFolder, removeName } from '../../src/lab/namespace-file.ts';
import { firstLine, imports, namesOf, programsOf, runScript, startScript } from './other-lab.ts';

/** Two namespaces with everything the lab has: veth, tun, rules, a busy server, a stopped one, clients, open connections. */
const stageEverything = `
  const a = LabNamespace.create('client');
  const b = LabNamespace.create('server');
  connectNamespaces(a, b);
  b.run('ip', ['tuntap', 'add', 'dev', 'tun0', 'mode', 'tun']);
  await connectByTun(a, b, { delayMs: 5 }, { ipv4: ['10.94.0.1/16', '10.94.0.2/16'] });
  setFirewall(b, [{ hook: 'input', destinationPort: 81, verdict: 'drop' }]);
  const server = b.spawn('listener', { address: '0.0.0.0', port: 80, backlog: 64, read: true });
  const stopped = b.spawn('listener', { address: '::', port: 82, backlog: 64 });
  await Promise.all([server.ready, stopped.ready]);
  stopped.signal('SIGSTOP');
  const clients = a.spawn('clients', { to: '10.90.0.2', port: 80, count: 40, repeatEveryMs: 50, sendBytes: 10 });
  const silent = a.spawn('clients', { to: '10.90.0.2', port: 81, count: 5 });
  await Promise.all([clients.ready, silent.ready]);
`;

/** The moments differ from run to run of the script by themselves; these reach from its first call to its last. */
const momentsMs = [5, 40, 80, 110, 140, 170, 200, 230, 270, 310, 380, 500];

const running: ChildProcess[] = [];
const foreign: string[] = [];

describe.skipIf(process.getuid?.() !== 0)('a lab that was killed (needs root)', () => {
  afterEach(async () => {
    for (const child of running.splice(0)) child.kill('SIGKILL');
    await sleep(50);
    cleanLeftovers();
    for (const name of foreign.splice(0)) if (existsSync(`${namespaceFolder}/${name}`)) removeName(name);
  });

  test('in the middle of anything: nothing is left after cleaning', async () => {
    const found: number[] = [];
    for (const momentMs of momentsMs) {
      const lab = start(`${imports} console.log('staging');
        for (;;) { ${stageEverything} a.dispose(); b.dispose(); }`);
      await firstLine(lab);
      await sleep(momentMs);
      await killed(lab);
      const { namespaces, kept } = cleanLeftovers();
      found.push(namespaces.length);
      expect(kept).toEqual([]);
      expectNothingOf(lab);
      // Nothing comes after the last look either.
      await sleep(60);
      expectNothingOf(lab);
    }
    expect(Math.max(...found)).toBeGreaterThanOrEqual(2);
  });

  test('what was removed is told; a stranger who stayed in the namespace is among it', async () => {
    const lab = start(`${imports} ${stageEverything} console.log(a.name, b.name);`);
    const [a = '', b = ''] = (await firstLine(lab)).split(' ');
    const stranger = spawn('ip', ['netns', 'exec', a, 'sleep', '1000']);
    running.push(stranger);
    await expect.poll(() => readFileSync(`/proc/${stranger.pid}/comm`, 'utf8').trim()).toBe('sleep');
    stranger.kill('SIGSTOP');
    await killed(lab);
    const { namespaces, processes } = cleanLeftovers();
    expect(namespaces).toEqual(expect.arrayContaining([a, b]));
    expect(processes).toContainEqual(expect.objectContaining({ pid: stranger.pid, name: 'sleep' }));
    expect(cleanLeftovers()).toEqual({ namespaces: [], processes: [], kept: [] });
  });

  test('cleaning leaves a lab alone that runs', async () => {
    const [dead, living] = [1, 2].map(() => start(`${imports} ${stageEverything} console.log('staged');`));
    if (!dead || !living) throw new Error('not started');
    await Promise.all([firstLine(dead), firstLine(living)]);
    const before = { names: namesOf(pidOf(living)), programs: programsOf(pidOf(living)) };
    expect(before.names).toHaveLength(2);
    expect(before.programs).toHaveLength(5);
    await killed(dead);
    cleanLeftovers();
    expectNothingOf(dead);
    expect({ names: namesOf(pidOf(living)), programs: programsOf(pidOf(living)) }).toEqual(before);
    await killed(living);
    cleanLeftovers();
    expectNothingOf(living);
  });

  test('three cleaners at once: all of them end well, and together they remove everything once', async () => {
    const labs = [1, 2, 3].map(() => start(`${imports} ${stageEverything} console.log('staged');`));
    await Promise.all(labs.map(firstLine));
    const names = labs.flatMap((lab) => namesOf(pidOf(lab)));
    await Promise.all(labs.map(killed));
    const clean = `${imports} console.log(JSON.stringify(cleanLeftovers()));`;
    const cleaned = await Promise.all(
      [1, 2, 3].map(() => runScript<ReturnType<typeof cleanLeftovers>>(clean)),
    );
    expect(cleaned.flatMap(({ kept }) => kept)).toEqual([]);
    const removed = cleaned.flatMap(({ namespaces }) => namespaces);
    expect(removed.filter((name) => names.includes(name)).sort()).toEqual(names.sort());
    for (const lab of labs) expectNothingOf(lab);
  });

  test('a signal that somebody else handles ends nothing by itself; the next one may', async () => {
    const lab = start(`${imports} const a = LabNamespace.create('x');
      const handler = () => { process.off('SIGTERM', handler); setTimeout(() => console.log(inThere()), 100); };
      const { existsSync } = await import('node:fs');
      const inThere = () => existsSync(a.path) ? 'still there' : 'gone';
      process.on('SIGTERM', handler);
      console.log('staged'); setInterval(() => {}, 1000);`);
    await firstLine(lab);
    lab.kill('SIGTERM');
    expect(await firstLine(lab)).toBe('still there');
    lab.kill('SIGTERM');
    expect(await once(lab, 'exit')).toEqual([null, 'SIGTERM']);
    expectNothingOf(lab);
  });

  test('a program that is still starting when its lab dies ends by itself', async () => {
    const lab = start(`${imports} const a = LabNamespace.create('x'); console.log('staged');
      for (let n = 0; n < 4; n++) a.spawn('listener', { address: '::', port: 80 + n, backlog: 1, mode: 'spin' });`);
    await firstLine(lab);
    await sleep(10);
    await killed(lab);
    // Without any cleaning.
    await expect.poll(() => programsOf(pidOf(lab))).toEqual([]);
  });
});

describe.skipIf(process.getuid?.() !== 0)('names (needs root)', () => {
  afterEach(() => {
    for (const name of foreign.splice(0)) if (existsSync(`${namespaceFolder}/${name}`)) removeName(name);
  });

  test('say who made them: a pid that came back is another process', () => {
    const own = LabNamespace.create('own');
    const [, pid, started] = /^hop-own-(\d+)-([0-9a-z]+)-\d+$/.exec(own.name) ?? [];
    expect(Number(pid)).toBe(process.pid);
    const earlier = `hop-earlier-${process.pid}-${(Number.parseInt(started ?? '', 36) - 1).toString(36)}-1`;
    const elsewhere = `hop-elsewhere-999999999-abc.${(0xf0001234).toString(36)}-1`;
    const strangers = ['hop-x', 'hop-label-12-3', 'shop-a-1-2-3', elsewhere];
    for (const name of [earlier, ...strangers]) makeNamespace(name);
    foreign.push(earlier, ...strangers);
    const { namespaces } = cleanLeftovers();
    expect(namespaces).toContain(earlier);
    for (const name of [own.name, ...strangers]) {
      expect(namespaces).not.toContain(name);
      expect(readdirSync(namespaceFolder)).toContain(name);
    }
    own.dispose();
  });

  test('an empty file of a dead run, as a lab leaves that was killed before the mount, is removed', () => {
    const name = 'hop-file-999999999-abc-1';
    LabNamespace.create('folder').dispose();
    writeFileSync(`${namespaceFolder}/${name}`, '');
    foreign.push(name);
    expect(cleanLeftovers().namespaces).toContain(name);
    expect(readdirSync(namespaceFolder)).not.toContain(name);
  });

  test('a namespace on which `ip netns delete` ends with EBUSY is removed', () => {
    const namespace = LabNamespace.create('busy');
    spawnSync('mount', ['--bind', namespace.path, namespace.path]);
    const twice = spawnSync('mount', ['--bind', namespace.path, namespace.path]);
    expect(twice.status).toBe(0);
    const deleted = spawnSync('ip', ['netns', 'delete', namespace.name], { encoding: 'utf8' });
    expect(deleted.stderr).toMatch(/busy/);
    namespace.dispose();
    expect(readdirSync(namespaceFolder)).not.toContain(namespace.name);
  });

  test('somebody else has removed it already', () => {
    const namespace = LabNamespace.create('gone');
    spawnSync('ip', ['netns', 'delete', namespace.name]);
    namespace.dispose();
    expect(readdirSync(namespaceFolder)).not.toContain(namespace.name);
  });

  test('the link goes at once, also when connections are still waiting for an answer', async () => {
    using server = LabNamespace.create('server');
    using client = LabNamespace.create('client');
    const link = connectNamespaces(client, server);
    const listener = server.spawn('listener', { address: '::', port: 80, backlog: 64, dualStack: true });
    await listener.ready;
    const clients = client.spawn('clients', { to: 'fd90::2', port: 80, count: 5, close: 'never' });
    await clients.done;
    // From here on nobody answers: the connections of a killed client would send FINs for minutes.
    server.run('ip', ['link', 'set', link.b.device, 'down']);
    client.dispose();
    await expect
      .poll(() => server.run('ip', ['-o', 'link']).includes(link.b.device), { timeout: 3000 })
      .toBe(false);
  });
});

function start(script: string): ChildProcess {
  const child = startScript(script);
  running.push(child);
  return child;
}

function pidOf(child: ChildProcess): number {
  if (child.pid === undefined) throw new Error('not started');
  return child.pid;
}

async function killed(child: ChildProcess): Promise<void> {
  child.kill('SIGKILL');
  await once(child, 'exit');
}

function expectNothingOf(lab: ChildProcess): void {
  expect(namesOf(pidOf(lab))).toEqual([]);
  expect(programsOf(pidOf(lab))).toEqual([]);
}
