import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fstatSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findSocketOwners } from '../../src/kernel/processes/find-socket-owners.ts';
import { endProcess } from './end-process.ts';

const breathe = (): Promise<void> => new Promise(setImmediate);
const children: ChildProcess[] = [];
let server: Server;
let descriptor = -1;
let inode = 0;

/** A child that holds our listening socket as its descriptor 3, as prefork servers' workers do. */
function spawnHolder(command: string, ...words: readonly string[]): ChildProcess {
  const child = spawn(command, words, { stdio: ['ignore', 'pipe', 'inherit', descriptor] });
  children.push(child);
  return child;
}

beforeAll(async () => {
  server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  // The only way to a server's descriptor in Node.
  descriptor = (server as unknown as { _handle: { fd: number } })._handle.fd;
  inode = fstatSync(descriptor).ino;
});
afterEach(async () => {
  for (const child of children.splice(0)) await endProcess(child);
});
afterAll(() => void server.close());

describe('findSocketOwners', () => {
  it('finds every process that shares a listener', async () => {
    const pids = [1, 2, 3].map(() => spawnHolder('sleep', '60').pid ?? 0);
    const bystander = spawn('sleep', ['60'], { stdio: 'ignore' });
    children.push(bystander);
    const searched = [process.pid, ...pids, bystander.pid ?? 0];
    const owners = await findSocketOwners(new Set([inode]), searched, breathe);
    expect(owners.pidsByInode).toStrictEqual(
      new Map([[inode, [process.pid, ...pids].sort((a, b) => a - b)]]),
    );
    expect(owners).toMatchObject({ deniedPids: [], unfinishedPids: [] });
  });

  it('stops at the first holder where one is enough', async () => {
    const pid = spawnHolder('sleep', '60').pid ?? 0;
    const one = await findSocketOwners(new Set([inode]), [pid, process.pid], breathe, {
      oneHolder: new Set([inode]),
    });
    expect(one.pidsByInode.get(inode)).toStrictEqual([pid]);
    expect(one.descriptorsRead).toBeLessThan(5);
  });

  it('passes over processes that are gone', async () => {
    const child = spawnHolder('true');
    const gone = child.pid ?? 0;
    await once(child, 'exit');
    const owners = await findSocketOwners(new Set([inode]), [gone, process.pid], breathe);
    expect(owners.pidsByInode.get(inode)).toStrictEqual([process.pid]);
    expect(owners.deniedPids).toStrictEqual([]);
  });

  it('has no entry for a socket that nobody holds', async () => {
    const owners = await findSocketOwners(new Set([1]), [process.pid], breathe);
    expect(owners.pidsByInode.size).toBe(0);
  });

  describe('a process with 10,000 descriptors', () => {
    /** Opens 10,000 files, and behind them a socket of its own, whose inode it prints. */
    const script = `
      const fs = require('node:fs');
      const files = Array.from({ length: 10_000 }, () => fs.openSync('/dev/null'));
      const server = require('node:net').createServer().listen(0, '127.0.0.1', () => {
        console.log(fs.fstatSync(server._handle.fd).ino);
      });`;
    const start = async (): Promise<{ pid: number; last: number }> => {
      const child = spawnHolder(process.execPath, '-e', script);
      if (!child.stdout) throw new Error('no output of the child');
      const [printed] = await once(child.stdout, 'data');
      return { pid: child.pid ?? 0, last: Number(printed) };
    };

    it('is searched to its end, with pauses', async () => {
      const { pid, last } = await start();
      let pauses = 0;
      const owners = await findSocketOwners(new Set([inode, last]), [pid], async () => {
        pauses++;
        await breathe();
      });
      expect(owners.pidsByInode).toStrictEqual(
        new Map([
          [inode, [pid]],
          [last, [pid]],
        ]),
      );
      expect(owners.descriptorsRead).toBeGreaterThan(10_000);
      // About 30 ms of work in slices of 2 ms.
      expect(pauses).toBeGreaterThan(4);
    });

    it('is not searched on once all that is wanted of it has been found', async () => {
      const { pid } = await start();
      const owners = await findSocketOwners(new Set([inode]), [pid], breathe);
      expect(owners.pidsByInode.get(inode)).toStrictEqual([pid]);
      expect(owners.descriptorsRead).toBeLessThan(5);
    });

    it('is left unfinished at the limit, after every other process had its turn', async () => {
      const { pid, last } = await start();
      const other = spawnHolder('sleep', '60').pid ?? 0;
      const owners = await findSocketOwners(new Set([inode, last]), [pid, other], breathe, {
        maxDescriptors: 1500,
      });
      expect(owners.pidsByInode).toStrictEqual(new Map([[inode, [pid, other]]]));
      expect(owners.unfinishedPids).toStrictEqual([pid]);
    });

    it('may end in the middle', async () => {
      const { pid, last } = await start();
      const child = children.at(-1);
      const owners = await findSocketOwners(new Set([last]), [pid], async () => {
        if (child) await endProcess(child);
      });
      expect(owners).toMatchObject({ deniedPids: [], unfinishedPids: [] });
      expect(owners.pidsByInode.size).toBe(0);
    });
  });
});
