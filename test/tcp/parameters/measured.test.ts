import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { noNamespace, run } from './private-namespace.ts';

/** The least retransmission timeout (tcp_rto_min_us), that of loopback. */
const RTO_MIN_S = 0.2;

/** What an idle connection over loopback with SO_KEEPALIVE goes through in a namespace with these parameters; a dead peer gets no packet. */
async function idleFor(
  seconds: number,
  sysctls: Readonly<Record<string, number>>,
  peer: 'live' | 'dead' = 'live',
): Promise<{ readonly error: string; readonly probes: number }> {
  const program = `
    const { execSync } = require('node:child_process');
    const { createServer, connect } = require('node:net');
    const { readFileSync, writeFileSync } = require('node:fs');
    for (const [name, value] of Object.entries(${JSON.stringify(sysctls)}))
      writeFileSync('/proc/sys/net/ipv4/' + name, String(value));
    const server = createServer((socket) => socket.on('error', () => {})).listen(0, '127.0.0.1', () => {
      let error = '';
      const client = connect(server.address().port, '127.0.0.1', () => client.setKeepAlive(true));
      client.on('error', ({ code }) => { error = code; });
      if (${peer === 'dead'}) client.once('connect', () => execSync('iptables -A INPUT -j DROP'));
      setTimeout(() => {
        const [names, values] = readFileSync('/proc/net/netstat', 'utf8').split('\\n').map((line) => line.split(' '));
        console.log(JSON.stringify({ error, probes: Number(values[names.indexOf('TCPKeepAlive')]) }));
        process.exit();
      }, ${seconds * 1000});
    });`;
  return JSON.parse(await runProgram(program));
}

/** How long an orphan whose peer does not close stays in FIN_WAIT2. */
async function finWait2Seconds(finTimeout: number): Promise<number> {
  const program = `
    const { createServer, connect } = require('node:net');
    const { readFileSync, writeFileSync } = require('node:fs');
    writeFileSync('/proc/sys/net/ipv4/tcp_fin_timeout', '${finTimeout}');
    const isThere = () => readFileSync('/proc/net/tcp', 'utf8').split('\\n').some((line) => line.trim().split(/\\s+/)[3] === '05');
    const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1', () => {
      const client = connect(server.address().port, '127.0.0.1', () => {
        client.destroy();
        const from = performance.now();
        let was = false;
        setInterval(() => {
          const is = isThere();
          if (was && !is) { console.log((performance.now() - from) / 1000); process.exit(); }
          was = is;
        }, 5);
      });
    });`;
  return Number(await runProgram(program));
}

/** What a program prints that runs in a network namespace of its own. */
async function runProgram(program: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    'unshare',
    ['-n', 'sh', '-c', `ip link set lo up && exec '${process.execPath}' -e "$0"`, program],
    { timeout: 10_000 },
  );
  return stdout;
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

  it('tcp_keepalive_intvl=0 sends all probes at once, and a negative one sends no second', async () => {
    const sysctls = { tcp_keepalive_time: 1, tcp_keepalive_probes: 3 };
    expect(await idleFor(1.8, { ...sysctls, tcp_keepalive_intvl: 0 }, 'dead')).toEqual({
      error: 'ETIMEDOUT',
      probes: 3,
    });
    expect(await idleFor(3.5, { ...sysctls, tcp_keepalive_intvl: -5 }, 'dead')).toEqual({
      error: '',
      probes: 1,
    });
  });

  it.each([
    [0, 3.5 * RTO_MIN_S],
    [-5, 3.5 * RTO_MIN_S],
    [1, 1],
  ])('tcp_fin_timeout=%i leaves an orphan in FIN_WAIT2 for %d s', async (timeout, seconds) => {
    const lived = await finWait2Seconds(timeout);
    expect(lived).toBeGreaterThan(seconds - 0.05);
    expect(lived).toBeLessThan(seconds * 1.035 + 0.3);
  });

  it('conf.default reaches interfaces that exist, but not those set by name; in IPv6 it reaches none', () => {
    const script = (v4: string): string => `cd /proc/sys/net; ${v4}
      echo 1 > ipv4/conf/default/rp_filter; cat ipv4/conf/lo/rp_filter ipv4/conf/all/rp_filter
      echo 0 > ipv6/conf/default/accept_ra; echo 0 > ipv6/conf/all/accept_ra; cat ipv6/conf/lo/accept_ra`;
    expect(run(script(''))).toBe('1\n0\n1\n');
    expect(run(script('echo 0 > ipv4/conf/lo/rp_filter'))).toBe('0\n0\n1\n');
  });

  it('tcp_rmem with fewer numbers than three changes those', () => {
    const file = '/proc/sys/net/ipv4/tcp_rmem';
    expect(
      run(
        `before=$(cut -f3 ${file}); echo 5000 90000 > ${file}; [ "$(cat ${file})" = "5000	90000	$before" ]; echo $?`,
      ),
    ).toBe('0\n');
  });

  it('tcp_keepalive_time=0 sends the first at once and others every interval', async () => {
    const { error, probes } = await idleFor(2.5, { tcp_keepalive_time: 0, tcp_keepalive_intvl: 1 });
    expect(error).toBe('');
    expect(probes).toBeGreaterThanOrEqual(2);
    expect(probes).toBeLessThanOrEqual(3);
  });
});
