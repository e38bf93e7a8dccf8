import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { setFirewall } from '../../src/lab/firewall.ts';
import { connectNamespaces } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { runProgram } from './start-program.ts';

const PORT = 24_224;
const addresses = { ipv4: '10.90.0.2', ipv6: 'fd90::2' } as const;

/** Of the SYNs that this kernel sends, the first ones in any case, in seconds. */
const ways = [
  { name: 'classic', settings: { tcp_syn_retries: 2, tcp_syn_linear_timeouts: 0 }, begins: [0, 1, 3] },
  { name: 'linear', settings: { tcp_syn_retries: 2, tcp_syn_linear_timeouts: 4 }, begins: [0, 1, 2, 3] },
] as const;

/** The timer wheel fires up to an eighth late, and the machine may be busy. */
const LATE_SECONDS = 0.9;

describe.skipIf(process.getuid?.() !== 0)(
  'the ladder of a connection timeout, from a file that tcpdump wrote (root: makes network namespaces)',
  () => {
    let client: LabNamespace;
    let server: LabNamespace;
    let folder = '';

    beforeAll(() => {
      folder = mkdtempSync(path.join(tmpdir(), 'halfopen-ladder-'));
      client = LabNamespace.create('hx-ladder-c');
      server = LabNamespace.create('hx-ladder-s');
      connectNamespaces(client, server);
      setFirewall(server, [{ hook: 'input', destinationPort: PORT, verdict: 'drop' }]);
    });
    afterAll(() => {
      client?.dispose();
      server?.dispose();
      rmSync(folder, { recursive: true });
    });

    it.each(ways)(
      '$name SYN retries, over IPv4 and IPv6',
      async ({ name, settings, begins }) => {
        const sentAt = await predictSyns(settings);
        expect(sentAt.slice(0, begins.length)).toEqual(begins);
        for (const [sysctl, value] of Object.entries(settings)) client.setSysctl(`net.ipv4.${sysctl}`, value);
        const file = path.join(folder, `${name}.pcap`);
        const tcpdump = await startTcpdump(client, file);
        const attempts = Object.values(addresses).map((to) => connect(client, to));
        // Until the kernel gives up: no SYN comes after that.
        await Promise.all(attempts.map((attempt) => ended(attempt)));
        tcpdump.kill('SIGINT');
        await ended(tcpdump);

        for (const address of Object.values(addresses)) {
          const server = address.includes(':') ? `[${address}]:${PORT}` : `${address}:${PORT}`;
          const told = await runProgram(['capture', 'analyze', file, '--ladder', server]);
          expect(told.exitCode, told.stderr).toBe(0);
          expectTimeout(told.stdout, server, sentAt);
        }
        const any = await runProgram(['capture', 'analyze', file, '--ladder', 'syn-timeout']);
        expectTimeout(any.stdout, '', sentAt);
      },
      30_000,
    );
  },
);

/** When, in seconds, at the earliest. */
async function predictSyns(settings: object): Promise<number[]> {
  const set = Object.entries(settings).flatMap(([name, value]) => ['--set', `${name}=${value}`]);
  const { stdout } = await runProgram(['predict', 'connect', '--set', 'peer=drop', ...set, '--json']);
  const { events } = JSON.parse(stdout) as { events: readonly { what: string; atMs: number }[] };
  return events.filter(({ what }) => what === 'SYN').map(({ atMs }) => atMs / 1000);
}

/** The verdict with its packets, the ends, a row for each SYN and none besides, and how it ended. */
function expectTimeout(ladder: string, server: string, sentAt: readonly number[]): void {
  const repeats = sentAt.length;
  expect(ladder).toMatch(
    new RegExp(`^syn-timeout, certain: its SYN was sent ${repeats} times in \\d+\\.\\d s and never answered`),
  );
  expect(ladder.replace(/\s+/g, ' ')).toContain(`to ${server}`);
  const rows = [...ladder.matchAll(/^ *(\d+\.\d\d) s +├─+ (.+?) ─+x│ +#\d+$/gm)];
  expect(rows.map(([, , label]) => label)).toEqual(
    sentAt.map((_, i) => (i === 0 ? 'SYN' : `SYN again ${i}`)),
  );
  for (const [i, [, seconds]] of rows.entries()) {
    const predicted = sentAt[i] ?? Number.NaN;
    expect(Number(seconds)).toBeGreaterThanOrEqual(predicted);
    expect(Number(seconds)).toBeLessThan(predicted + LATE_SECONDS);
  }
  expect(ladder).toMatch(/● syn-timeout: no SYN answered +│\n─x│ nothing came of it\n$/);
  expect(ladder).not.toContain('◄');
}

async function startTcpdump(namespace: LabNamespace, file: string): Promise<ChildProcess> {
  const command = ['-Z', 'root', '-i', 'any', '-Uw', file, `tcp port ${PORT}`];
  const tcpdump = spawn('ip', ['netns', 'exec', namespace.name, 'tcpdump', ...command], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  await new Promise<void>((resolve, reject) => {
    tcpdump.stderr.setEncoding('utf8').on('data', (text: string) => {
      if (text.includes('listening on')) resolve();
    });
    tcpdump.on('close', () => reject(new Error('tcpdump ended before it listened')));
  });
  return tcpdump;
}

function connect(namespace: LabNamespace, to: string): ChildProcess {
  const script = `require('node:net').connect(${PORT}, '${to}').on('error', () => {})`;
  return spawn('ip', ['netns', 'exec', namespace.name, process.execPath, '-e', script], { stdio: 'ignore' });
}

function ended(child: ChildProcess): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.on('close', () => resolve());
  });
}
