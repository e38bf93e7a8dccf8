import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readlinkSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exitCodes } from '../../src/base/errors.ts';
import { type FoundNamespace, findNamespaces } from '../../src/kernel/netns/find-namespaces.ts';
import { isInitialNamespace } from '../../src/kernel/netns/is-initial-namespace.ts';
import { selectNamespaces } from '../../src/kernel/netns/select-namespaces.ts';
import { readCgroupMounts } from '../../src/kernel/processes/cgroup-folders.ts';
import { endProcess } from './end-process.ts';

const asRoot = process.getuid?.() === 0;
const inodeOf = (pid: number | undefined): number =>
  Number(/\d+/.exec(readlinkSync(`/proc/${pid}/ns/net`))?.[0]);

describe('findNamespaces', () => {
  it('finds our own, with ourselves in it', () => {
    const { namespaces, own } = findNamespaces();
    expect(namespaces[0]).toMatchObject({ inode: own, own: true, path: null, enterable: true });
    expect(own).toBe(inodeOf(process.pid));
    expect(namespaces[0]?.pids).toContain(process.pid);
    expect(namespaces.filter((namespace) => namespace.own)).toHaveLength(1);
  });

  it('tells whether our own is the initial one', () => {
    const initial = existsSync('/proc/sys/net/ipv4/tcp_mem');
    expect(findNamespaces().namespaces[0]?.initial).toBe(initial);
    expect(isInitialNamespace(null)).toBe(initial);
  });

  it('gets along with processes that come and go', async () => {
    const churn = spawn('sh', ['-c', 'i=0; while [ $i -lt 300 ]; do /bin/true; i=$((i+1)); done']);
    const ended = once(churn, 'exit');
    while (churn.exitCode === null) {
      expect(findNamespaces().namespaces.length).toBeGreaterThan(0);
      await new Promise(setImmediate);
    }
    await ended;
  });
});

describe.skipIf(!asRoot)('findNamespaces: others (making namespaces needs root)', () => {
  const containerId = '0f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a69780f1e2d3c4b5a6978';
  const children: ChildProcess[] = [];
  let busy: ChildProcess;
  let unnamed: ChildProcess;
  const find = (name: string): FoundNamespace | undefined =>
    findNamespaces().namespaces.find((namespace) => namespace.names.includes(name));

  beforeAll(async () => {
    for (const name of ['hk-empty', 'hk-busy']) execFileSync('ip', ['netns', 'add', name]);
    busy = spawn('ip', ['netns', 'exec', 'hk-busy', 'sleep', '60']);
    unnamed = spawn('unshare', ['--net', 'sleep', '60']);
    children.push(busy, unnamed);
    const home = inodeOf(process.pid);
    for (const child of children) while (inodeOf(child.pid) === home) await new Promise(setImmediate);
    writeFileSync('/run/netns/hk-stale', '');
  });
  afterAll(async () => {
    for (const child of children) await endProcess(child);
    for (const name of ['hk-empty', 'hk-busy']) execFileSync('ip', ['netns', 'delete', name]);
    rmSync('/run/netns/hk-stale');
  });

  it('one that only a name keeps alive', () => {
    expect(find('hk-empty')).toStrictEqual({
      inode: statSync('/run/netns/hk-empty').ino,
      names: ['hk-empty'],
      pids: [],
      path: '/run/netns/hk-empty',
      enterable: true,
      own: false,
      initial: false,
    });
  });

  it('one with a name and a process', () => {
    expect(find('hk-busy')).toMatchObject({
      inode: inodeOf(busy.pid),
      pids: [busy.pid],
      path: '/run/netns/hk-busy',
    });
  });

  it('one without a name', () => {
    const inode = inodeOf(unnamed.pid);
    const found = findNamespaces().namespaces.find((namespace) => namespace.inode === inode);
    expect(found).toMatchObject({ names: [], pids: [unnamed.pid], path: `/proc/${unnamed.pid}/ns/net` });
  });

  it('is not taken in by a plain file left in /run/netns', () => {
    expect(find('hk-stale')).toBeUndefined();
  });

  it('none of them is the initial one, seen from inside', () => {
    expect(isInitialNamespace('/run/netns/hk-empty')).toBe(false);
    expect(isInitialNamespace(`/proc/${unnamed.pid}/ns/net`)).toBe(false);
  });

  it('names the container whose processes live there', () => {
    const cgroups = readCgroupMounts().get('unified')?.mountPoint;
    expect(cgroups, 'a cgroup2 mount').toBeDefined();
    const folder = `${cgroups}/docker-${containerId}.scope`;
    mkdirSync(folder);
    try {
      writeFileSync(`${folder}/cgroup.procs`, String(unnamed.pid));
      expect(find(containerId.slice(0, 12))?.inode).toBe(inodeOf(unnamed.pid));
      const scan = findNamespaces();
      for (const typed of [containerId, containerId.slice(0, 12), containerId.slice(0, 4)]) {
        expect(selectNamespaces(typed, scan).map((namespace) => namespace.inode)).toStrictEqual([
          inodeOf(unnamed.pid),
        ]);
      }
      expect(() => selectNamespaces(containerId.slice(0, 3), scan)).toThrow();
    } finally {
      writeFileSync(`${cgroups}/cgroup.procs`, String(unnamed.pid));
      rmdirSync(folder);
    }
  });

  it('are selected by name, process, thread and inode', () => {
    const scan = findNamespaces();
    const inode = inodeOf(busy.pid);
    for (const typed of ['hk-busy', String(busy.pid), String(inode), `net:[${inode}]`]) {
      expect(selectNamespaces(typed, scan).map((namespace) => namespace.inode)).toStrictEqual([inode]);
    }
    expect(selectNamespaces('all', scan)).toBe(scan.namespaces);
    expect(selectNamespaces('self', scan).map((namespace) => namespace.own)).toStrictEqual([true]);
  });

  it('a process that is younger than the scan is found as well', () => {
    const scan = findNamespaces();
    const before = {
      ...scan,
      namespaces: scan.namespaces.filter((namespace) => namespace.inode !== inodeOf(unnamed.pid)),
    };
    expect(selectNamespaces(String(unnamed.pid), before)).toMatchObject([
      { inode: inodeOf(unnamed.pid), path: `/proc/${unnamed.pid}/ns/net`, own: false },
    ]);
  });

  it('an unknown one is a usage error that lists those that exist', () => {
    const choose = (): unknown => selectNamespaces('hk-nowhere', findNamespaces());
    expect(choose).toThrow(expect.objectContaining({ exitCode: exitCodes.usage }));
    expect(choose).toThrow(/hk-nowhere[\s\S]*all, self, .*hk-busy/);
  });
});
