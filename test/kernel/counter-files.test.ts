import { describe, expect, it } from 'vitest';
import { SockDiag } from '../../src/kernel/netlink/sock-diag.ts';
import { inNamespace } from '../../src/kernel/netns/enter.ts';
import { findNamespaces } from '../../src/kernel/netns/find-namespaces.ts';
import { CounterFiles } from '../../src/kernel/procfs/counter-files.ts';
import { readNetCounters, readSockstat } from '../../src/kernel/procfs/net-counters.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';

function pathOf(name: string): string {
  const found = findNamespaces().namespaces.find(({ names }) => names.includes(name));
  if (!found?.path) throw new Error(`no namespace ${name}`);
  return found.path;
}

describe.skipIf(process.getuid?.() !== 0)('counters whose files stay open (needs root)', () => {
  it('are those of their namespace, from outside, before and after something moved', async () => {
    using namespace = LabNamespace.create('files');
    const path = pathOf(namespace.name);
    const directory = '/proc/thread-self/net';
    using files = inNamespace(path, () => new CounterFiles(directory));
    const expectTheSame = (): void => {
      expect(files.counters()).toEqual(inNamespace(path, () => readNetCounters(directory)));
      expect(files.sockstat()).toEqual(inNamespace(path, () => readSockstat(directory)));
    };
    expectTheSame();
    const before = files.counters();
    expect(files.counters()).toBe(before);
    const server = namespace.spawn('listener', { address: '127.0.0.1', port: 9000, backlog: 8 });
    await server.ready;
    await namespace.spawn('clients', { to: '127.0.0.1', port: 9000, count: 5, close: 'never' }).ready;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expectTheSame();
    const after = files.counters();
    expect(after.status === 'ok' && after.value['Tcp.PassiveOpens']).toBe(5);
  });
});

describe.skipIf(process.getuid?.() !== 0)('a dump of both families (needs root)', () => {
  it('shows what one dump for each shows', async () => {
    using namespace = LabNamespace.create('both');
    for (const [address, port] of [
      ['0.0.0.0', 9001],
      ['::', 9002],
      ['127.0.0.1', 9003],
      ['::1', 9004],
    ] as const)
      await namespace.spawn('listener', { address, port, backlog: 7 }).ready;
    const opened = SockDiag.open(pathOf(namespace.name));
    if (opened.status !== 'ok') throw new Error(opened.status);
    using diag = opened.value;
    const shown = (...families: readonly ('ipv4' | 'ipv6' | 'both')[]): string[] => {
      const sockets: string[] = [];
      for (const family of families)
        diag.dump({ family, states: ['LISTEN'], extensions: 1 << 6 }, (message) => {
          const { inode: _, ...rest } = message.toSocket();
          sockets.push(JSON.stringify(rest));
        });
      return sockets.sort();
    };
    expect(shown('both')).toHaveLength(4);
    expect(shown('both')).toEqual(shown('ipv4', 'ipv6'));
  });
});
