import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { afterEach, describe, expect, test } from 'vitest';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import { cleanLeftovers } from '../../src/lab/clean-leftovers.ts';
import { nft } from '../../src/lab/firewall.ts';
import type { LabProcess } from '../../src/lab/lab-process.ts';
import { addAddresses, connectNamespaces, type Link, swallowReplies } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';

const families = [
  { family: 'IPv4', any: '0.0.0.0', server: '10.90.0.2', forged: '10.91.0.0/16', senders: '10.92.0.0/16' },
  { family: 'IPv6', any: '::', server: 'fd90::2', forged: 'fd91::/64', senders: 'fd92::/64' },
] as const;

const made: LabNamespace[] = [];

function stage(): { client: LabNamespace; server: LabNamespace; link: Link } {
  const client = LabNamespace.create('client');
  const server = LabNamespace.create('server');
  made.push(client, server);
  return { client, server, link: connectNamespaces(client, server) };
}

describe.skipIf(process.getuid?.() !== 0)('the staging kit (needs root: it makes network namespaces)', () => {
  afterEach(() => {
    for (const namespace of made.splice(0)) namespace.dispose();
  });

  test('a namespace is there with its own sysctls, and gone with its processes after dispose', async () => {
    const { server } = stage();
    expect(readdirSync('/run/netns')).toContain(server.name);
    const hostValue = readFileSync('/proc/sys/net/core/somaxconn', 'utf8');
    server.setSysctl('net.core.somaxconn', 7);
    expect(server.getSysctl('net.core.somaxconn')).toBe('7');
    expect(readFileSync('/proc/sys/net/core/somaxconn', 'utf8')).toBe(hostValue);

    const listener = server.spawn('listener', { address: '::', port: 80, backlog: 1, mode: 'spin' });
    const { pid } = await listener.ready;
    expect(pid).toBe(listener.pid);
    expect(readlinkSync(`/proc/${pid}/ns/net`)).toBe(`net:[${server.inode}]`);
    listener.signal('SIGSTOP');

    server.dispose();
    await listener.exited;
    expect(existsSync(`/proc/${pid}`)).toBe(false);
    expect(readdirSync('/run/netns')).not.toContain(server.name);
    server.dispose();
  });

  test('a program that cannot start says why', async () => {
    const { server } = stage();
    const listener = server.spawn('listener', { address: '10.1.2.3', port: 80, backlog: 1 });
    await expect(listener.ready).rejects.toThrow(/EADDRNOTAVAIL/);
  });

  test.each(families)(
    '$family: backlog 4 holds 5 connections, whoever comes later is dropped',
    async (it) => {
      const { client, server } = stage();
      const listener = server.spawn('listener', {
        address: it.any,
        port: 80,
        backlog: 4,
        mode: 'never-accept',
      });
      await listener.ready;
      const waiting = client.spawn('clients', {
        to: it.server,
        port: 80,
        count: 12,
        close: 'never',
        giveUpAfterMs: 500, // Before the first retransmission at 1 s: each client is dropped once.
      });
      const done = await waiting.done;
      expect(done).toMatchObject({ attempted: 12, established: 5, gaveUp: 7, errors: {} });
      expect(acceptQueue(listener, it.family, 80)).toBe(5);
      expect(counter(server, 'ListenOverflows')).toBe(7);
    },
  );

  test.each(families)('$family: a SYN flood from 300 forged sources is answered with cookies', async (it) => {
    const { client, server, link } = stage();
    server.setSysctl('net.ipv4.tcp_syncookies', 1);
    swallowReplies(link.a, link.b, it.forged);
    const listener = server.spawn('listener', { address: it.any, port: 80, backlog: 16 });
    await listener.ready;
    const flood = client.spawn('spoof', {
      device: link.a.device,
      sourceMac: link.a.mac,
      destinationMac: link.b.mac,
      to: it.server,
      port: 80,
      sourcePrefix: it.forged,
      count: 300,
      ratePerSecond: 3000,
    });
    expect(await flood.done).toMatchObject({ sent: 300 });
    // The queue takes 17 (16 before Linux 6.13), everybody else gets a cookie, and nobody resets anything.
    expect(counter(server, 'SyncookiesSent')).toBeGreaterThan(280);
    expect(counter(server, 'SyncookiesSent')).toBeLessThan(285);
    expect(counter(server, 'EmbryonicRsts')).toBe(0);
    expect(counter(server, 'ListenDrops')).toBe(0);
  });

  test.each(families)(
    '$family: 300 senders with addresses of their own send a heartbeat each',
    async (it) => {
      const { client, server, link } = stage();
      const from = addAddresses(link.a, link.b, it.senders, 300);
      expect(new Set(from).size).toBe(300);
      const listener = server.spawn('listener', { address: it.any, port: 80, backlog: 512, read: true });
      await listener.ready;
      const options = {
        to: it.server,
        port: 80,
        from,
        count: 300,
        repeatEveryMs: 400,
        repeats: 2,
        sendBytes: 3,
      };
      const done = await client.spawn('clients', { ...options, ratePerSecond: 1000 }).done;
      expect(done).toMatchObject({ attempted: 600, established: 600, bytesSent: 1800, unfinished: 0 });
      await expect
        .poll(() => lines(listener, it.family, 'ESTABLISHED') + lines(listener, it.family, 'CLOSE_WAIT'))
        .toBe(0);
      await listener.stop();
      expect(await listener.done).toMatchObject({
        accepted: 600,
        closedByPeer: 600,
        open: 0,
        bytesRead: 1800,
      });
    },
  );

  test('slow-accept takes connections at its rate', async () => {
    const { client, server } = stage();
    const slow = { mode: 'slow-accept', acceptEveryMs: 20, closeAfterMs: 5 } as const;
    const listener = server.spawn('listener', { address: '0.0.0.0', port: 80, backlog: 64, ...slow });
    await listener.ready;
    const startMs = performance.now();
    await client.spawn('clients', { to: '10.90.0.2', port: 80, count: 50, receiveUntilClose: true }).done;
    // 49 intervals of 20 ms lie between the first and the last.
    expect(performance.now() - startMs).toBeGreaterThan(970);
    expect(performance.now() - startMs).toBeLessThan(2500);
  });

  test('fd-limit takes as many as descriptors allow, the rest waits in the queue', async () => {
    const { client, server } = stage();
    const limited = { mode: 'fd-limit', descriptors: 6 } as const;
    const listener = server.spawn('listener', { address: '0.0.0.0', port: 80, backlog: 64, ...limited });
    await listener.ready;
    await client.spawn('clients', { to: '10.90.0.2', port: 80, count: 10, close: 'never' }).done;
    await expect.poll(() => acceptQueue(listener, 'IPv4', 80)).toBe(4);
    await listener.stop();
    const done = await listener.done;
    expect(done).toMatchObject({ accepted: 6, open: 6 });
    expect(done.tooManyFiles).toBeGreaterThan(0);
  });

  test('hold leaves CLOSE_WAIT behind, shutdown-write leaves FIN_WAIT2', async () => {
    const { client, server } = stage();
    const listener = server.spawn('listener', {
      address: '0.0.0.0',
      port: 80,
      backlog: 64,
      read: true,
      hold: true,
    });
    await listener.ready;
    const clients = client.spawn('clients', { to: '10.90.0.2', port: 80, count: 8, close: 'shutdown-write' });
    expect(await clients.done).toMatchObject({ established: 8, unfinished: 0 });
    await expect.poll(() => lines(listener, 'IPv4', 'CLOSE_WAIT')).toBe(8);
    expect(lines(clients, 'IPv4', 'FIN_WAIT2')).toBe(8);
  });

  test('a timestamp clock set back is rejected by PAWS', async () => {
    const { client, server } = stage();
    const listener = server.spawn('listener', { address: '0.0.0.0', port: 80, backlog: 64, read: true });
    await listener.ready;
    const old = { count: 5, sendBytes: 100, oldTimestampMs: 1_000_000, close: 'never' } as const;
    await client.spawn('clients', { to: '10.90.0.2', port: 80, ...old }).done;
    await expect.poll(() => counter(server, 'PAWSEstab')).toBeGreaterThanOrEqual(5);
    await listener.stop();
    expect(await listener.done).toMatchObject({ accepted: 5, bytesRead: 0 });
  });

  test('a firewall rule drops the SYNs, and its mistakes come back in the words of nft', async () => {
    const { client, server } = stage();
    nft(server, 'table inet lab { chain in { type filter hook input priority 0; tcp dport 80 drop; }; }');
    const clients = client.spawn('clients', { to: '10.90.0.2', port: 80, count: 3, giveUpAfterMs: 300 });
    expect(await clients.done).toMatchObject({ gaveUp: 3, refused: 0 });
    const unfiltered = client.spawn('clients', { to: 'fd90::2', port: 81, count: 3, giveUpAfterMs: 300 });
    expect(await unfiltered.done).toMatchObject({ gaveUp: 0, refused: 3 });
    expect(() => nft(server, 'table inet lab { chain }')).toThrow(/syntax error/);
  });

  test('a forged source must be private', async () => {
    const { client, link } = stage();
    const public_ = client.spawn('spoof', {
      device: link.a.device,
      sourceMac: link.a.mac,
      destinationMac: link.b.mac,
      to: '10.90.0.2',
      port: 80,
      sourcePrefix: '192.0.2.0/24',
      count: 1,
    });
    await expect(public_.done).rejects.toThrow(/192\.0\.2\.0 is neither/);
  });

  describe('when the process that made a namespace ends', () => {
    test.each(['SIGTERM', 'SIGINT', 'exit'] as const)('%s: it cleans up itself', async (how) => {
      const { child, name, pid } = await startOtherLab(
        how === 'exit' ? 'setTimeout(() => process.exit(0), 100)' : '',
      );
      if (how !== 'exit') child.kill(how);
      await once(child, 'exit');
      expect(child.signalCode ?? 'exit').toBe(how);
      expect(readdirSync('/run/netns')).not.toContain(name);
      expect(isRunning(pid)).toBe(false);
    });

    test('SIGKILL: its programs die with it and cleanLeftovers removes the rest, but nothing of the living', async () => {
      const { server } = stage();
      const { child, name, pid } = await startOtherLab('');
      child.kill('SIGKILL');
      await once(child, 'exit');
      await expect.poll(() => isRunning(pid)).toBe(false);
      expect(readdirSync('/run/netns')).toContain(name);
      expect(cleanLeftovers().namespaces).toContain(name);
      expect(readdirSync('/run/netns')).not.toContain(name);
      expect(readdirSync('/run/netns')).toContain(server.name);
    });
  });
});

/** Another Node process with a namespace and a stopped listener in it, from the compiled code. */
async function startOtherLab(afterwards: string) {
  const script = `
    const { LabNamespace } = await import(${JSON.stringify(new URL('../../build/lab/namespace.js', import.meta.url))});
    const namespace = LabNamespace.create('other');
    const listener = namespace.spawn('listener', { address: '::', port: 80, backlog: 1, mode: 'never-accept' });
    await listener.ready;
    listener.signal('SIGSTOP');
    console.log(namespace.name, listener.pid);
    ${afterwards}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const [name = '', pid = ''] = line.toString().trim().split(' ');
  return { child, name, pid: Number(pid) };
}

/** A zombie nobody has collected yet is not running. */
function isRunning(pid: number): boolean {
  try {
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** From /proc/net/netstat: a line of names above a line of values, for each group. */
function counter(namespace: LabNamespace, name: string): number {
  const text = inNamespace(namespace.path, () => readFileSync('/proc/thread-self/net/netstat', 'utf8'));
  const rows = text.split('\n').map((line) => line.split(' '));
  for (let i = 0; i + 1 < rows.length; i += 2) {
    const column = rows[i]?.indexOf(name) ?? -1;
    if (column > 0) return Number(rows[i + 1]?.[column]);
  }
  throw new Error(`no counter ${name}`);
}

/** State numbers of /proc/net/tcp: include/net/tcp_states.h. */
const stateNumbers = { ESTABLISHED: '01', FIN_WAIT2: '05', CLOSE_WAIT: '08', LISTEN: '0A' } as const;

function rowsOf(process_: LabProcess, family: 'IPv4' | 'IPv6', state: keyof typeof stateNumbers): string[][] {
  const text = readFileSync(`/proc/${process_.pid}/net/${family === 'IPv4' ? 'tcp' : 'tcp6'}`, 'utf8');
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/));
  return rows.filter((row) => row[3] === stateNumbers[state]);
}

function lines(process_: LabProcess, family: 'IPv4' | 'IPv6', state: keyof typeof stateNumbers): number {
  return rowsOf(process_, family, state).length;
}

/** The rx_queue column of a LISTEN row is the length of its accept queue. */
function acceptQueue(process_: LabProcess, family: 'IPv4' | 'IPv6', port: number): number {
  const hexPort = port.toString(16).toUpperCase().padStart(4, '0');
  const row = rowsOf(process_, family, 'LISTEN').find((columns) => columns[1]?.endsWith(`:${hexPort}`));
  return Number.parseInt(row?.[4]?.split(':')[1] ?? '', 16);
}
