import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { noNamespace } from './private-namespace.ts';

/** What an idle connection over loopback with SO_KEEPALIVE goes through in a namespace with these parameters. */
async function idleFor(
  seconds: number,
  sysctls: Readonly<Record<string, number>>,
): Promise<{ readonly error: string; readonly probes: number }> {
  const program = `
    const { createServer, connect } = require('node:net');
    const { readFileSync, writeFileSync } = require('node:fs');
    for (const [name, value] of Object.entries(${JSON.stringify(sysctls)}))
      writeFileSync('/proc/sys/net/ipv4/' + name, String(value));
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1', () => {
      let error = '';
      const client = connect(server.address().port, '127.0.0.1', () => client.setKeepAlive(true));
      client.on('error', ({ code }) => { error = code; });
      setTimeout(() => {
        const [names, values] = readFileSync('/proc/net/netstat', 'utf8').split('\\n').map((line) => line.split(' '));
        console.log(JSON.stringify({ error, probes: Number(values[names.indexOf('TCPKeepAlive')]) }));
        process.exit();
      }, ${seconds * 1000});
    });`;
  const { stdout } = await promisify(execFile)('unshare', [
    '-n',
    'sh',
    '-c',
    `ip link set lo up && exec '${process.execPath}' -e "$0"`,
    program,
  ]);
  return JSON.parse(stdout);
}

describe.skipIf(noNamespace !== undefined).concurrent('what the catalogue says was measured', () => {
  it('tcp_keepalive_probes=0 ends a live connection at its first idle time, without a probe', async () => {
    expect(await idleFor(2.5, { tcp_keepalive_time: 1, tcp_keepalive_probes: 0 })).toEqual({
      error: 'ETIMEDOUT',
      probes: 0,
    });
  });

  it('... and 1 does not', async () => {
    const { error, probes } = await idleFor(2.5, { tcp_keepalive_time: 1, tcp_keepalive_probes: 1 });
    expect(error).toBe('');
    expect(probes).toBeGreaterThan(0);
  });

  it('a negative tcp_keepalive_time sends no probe', async () => {
    expect(await idleFor(2.5, { tcp_keepalive_time: -5, tcp_keepalive_intvl: 1 })).toEqual({
      error: '',
      probes: 0,
    });
  });

  it('tcp_keepalive_time=0 sends the first at once and others every interval', async () => {
    const { error, probes } = await idleFor(2.5, { tcp_keepalive_time: 0, tcp_keepalive_intvl: 1 });
    expect(error).toBe('');
    expect(probes).toBeGreaterThanOrEqual(2);
    expect(probes).toBeLessThanOrEqual(3);
  });
});
