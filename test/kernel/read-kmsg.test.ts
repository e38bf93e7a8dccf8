import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { KernelLogFollower } from '../../src/kernel/kmsg/read-kmsg.ts';
import type { KernelLogEvent } from '../../src/tcp/observation.ts';

const namespace = 'hk-kmsg';
/**
 * A listener with a SYN queue of one, and clients whose handshakes never complete, since the SYN-ACKs are dropped on
 * arrival. The second SYN finds the queue full.
 */
const flood = (port: number): string => `
  const net = require('node:net');
  net.createServer().listen({ port: ${port}, host: '127.0.0.1', backlog: 1 }, () => {
    for (let client = 0; client < 4; client++) net.connect(${port}, '127.0.0.1').on('error', () => {});
    setTimeout(() => process.exit(), 300);
  });`;
const dropSynAcks = `
  add table inet halfopen
  add chain inet halfopen input { type filter hook input priority 0; }
  add rule inet halfopen input tcp flags & (syn | ack) == syn | ack drop`;

describe.skipIf(process.getuid?.() !== 0)('KernelLogFollower (needs root: namespaces, /dev/kmsg)', () => {
  beforeAll(() => {
    execFileSync('ip', ['netns', 'add', namespace]);
    execFileSync('ip', ['-n', namespace, 'link', 'set', 'lo', 'up']);
    execFileSync('ip', ['netns', 'exec', namespace, 'nft', '-f', '-'], { input: dropSynAcks });
  });
  afterAll(() => void execFileSync('ip', ['netns', 'delete', namespace]));

  function open(windowStartMs: number): KernelLogFollower {
    const opened = KernelLogFollower.open(windowStartMs);
    if (opened.status !== 'ok') throw new Error(JSON.stringify(opened));
    return opened.value;
  }

  async function floodOnce(port: number, follower: KernelLogFollower): Promise<KernelLogEvent[]> {
    execFileSync('ip', ['netns', 'exec', namespace, process.execPath, '-e', flood(port)]);
    await sleep(20);
    return follower.readNew().filter((event) => event.port === port);
  }

  // The kernel prints at most ten such lines in 5 s (net_ratelimit), which other tests use as well.
  it('sees what the kernel says while it looks, at the right time', { retry: 3 }, async () => {
    const startMs = Date.now();
    using follower = open(startMs);
    follower.readNew();
    const port = 20_000 + (process.hrtime()[1] % 10_000);
    const [event, ...more] = await floodOnce(port, follower);
    expect(more).toStrictEqual([]);
    expect(event).toMatchObject({
      kind: 'syn-flooding',
      action: 'cookies',
      inWindow: true,
      source: '/dev/kmsg',
    });
    expect(event?.line).toMatch(/Possible SYN flooding on port .*\. Sending cookies/);
    expect(event?.atMs).toBeGreaterThanOrEqual(startMs);
    expect(event?.atMs).toBeLessThanOrEqual(Date.now());
    expect(follower.readNew()).toStrictEqual([]);

    // The same line, read by one who comes later, is from before the window.
    using later = open(Date.now() + 10_000);
    const old = later.readNew().filter((candidate) => candidate.port === port);
    expect(old).toMatchObject([{ kind: 'syn-flooding', inWindow: false, line: event?.line }]);
    expect(Math.abs((old[0]?.atMs ?? 0) - (event?.atMs ?? 0))).toBeLessThan(2000);
  });

  it('does not take a program for the kernel', () => {
    using follower = open(Date.now());
    follower.readNew();
    writeFileSync('/dev/kmsg', 'TCP: too many orphaned sockets\n');
    expect(follower.readNew()).toStrictEqual([]);
  });
});
