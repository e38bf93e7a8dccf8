import { describe, expect, it } from 'vitest';
import { filterInput, sleep, twoHosts } from '../../rules/two-hosts.ts';
import { msUntil, showMeasured, sockets } from './measured.ts';
import { changeOf, stateOf, TuneProgram } from './tune-program.ts';

const RETRIES2 = 'net.ipv4.tcp_retries2';
const SYN_RETRIES = 'net.ipv4.tcp_syn_retries';
/** IPv4 and IPv6 side by side: most of the time here is the kernel's own timers. */
const EACH = ['10.90.0.1', 'fd90::1'] as const;

describe.skipIf(process.getuid?.() !== 0)('giving up sooner (needs root)', () => {
  it('connect() without an answer: 19 s instead of 135 s, also for attempts under way', async () => {
    using hosts = twoHosts('cure', 'ipv6');
    using tune = new TuneProgram();
    const { here, there } = hosts;
    filterInput(there, 'tcp dport 80 drop');
    const connecting = (count: number) =>
      EACH.map((to) => here.spawn('clients', { to, port: 80, count, keepOutcomes: true }));
    const early = connecting(3);
    const plan = await tune.plan(here.name, '2500ms');
    expect(plan.findings.filter(({ id }) => id === 'connect-timeouts')).toHaveLength(2);
    const change = changeOf(plan, SYN_RETRIES);
    expect(change).toMatchObject({ optional: true, present: '6', value: '3' });
    expect(change.effect).toMatch(/after about 19\.0 s/);

    expect(await tune.apply('--with', String(change.id))).toMatchObject({ exitCode: 0 });
    const late = connecting(2);
    const meanwhile = await tune.verify('2s');
    expect(meanwhile.changes.find(({ id }) => id === change.id)).toMatchObject({
      state: 'took-effect',
      said: 'the kernel has 3, and reads it at each timeout of a SYN: running attempts follow it',
    });
    expect(stateOf(meanwhile, 'connect-timeouts')).toBe('still-there');
    const lives = [];
    for (const clients of [...early, ...late]) {
      const { outcomes } = await clients.done;
      for (const { startedAtMs, endedAtMs, errno } of outcomes) {
        expect(errno).toBe('ETIMEDOUT');
        lives.push(((endedAtMs ?? 0) - startedAtMs) / 1000);
      }
    }
    showMeasured('connect-timeouts', { lives });
    // 3.5 % late at most: the kernel's timer wheel.
    expect(Math.min(...lives)).toBeGreaterThan(19);
    expect(Math.max(...lives)).toBeLessThan(20.2);
    const verified = await tune.verify('1s');
    expect(stateOf(verified, 'connect-timeouts')).toBe('gone');
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
    expect(here.getSysctl(SYN_RETRIES)).toBe('6');
  });

  it('data for a peer that has vanished: ends within the time that the plan tells', async () => {
    using hosts = twoHosts('cure', 'ipv6');
    using tune = new TuneProgram();
    const { here, there } = hosts;
    await there.spawn('listener', {
      address: '::',
      dualStack: true,
      port: 5432,
      backlog: 64,
      read: true,
      hold: true,
    }).ready;
    const queries = {
      port: 5432,
      count: 5,
      sendBytes: 10,
      sendEveryMs: 200,
      holdMs: 200_000,
      maxMs: 240_000,
    };
    const pools = EACH.map((to) => here.spawn('clients', { to, ...queries }));
    await Promise.all(pools.map(({ ready }) => ready));
    await sleep(500);
    filterInput(there, 'meta l4proto tcp drop');
    const silentSinceMs = performance.now();
    await sleep(1500);
    const plan = await tune.plan(here.name, '2s');
    expect(
      plan.findings.filter(({ id, cause }) => id === 'dead-peers' && cause === 'data-unacknowledged'),
    ).toHaveLength(2);
    const change = changeOf(plan, RETRIES2);
    expect(change).toMatchObject({ optional: true, present: '15', value: '8' });
    const [, value, unit] = /those seen here after about ([\d.]+) (s|min)/.exec(change.effect) ?? [];
    const promisedMs = Number(value) * (unit === 'min' ? 60_000 : 1000);
    const plannedMs = performance.now();

    expect(await tune.apply('--with', String(change.id))).toMatchObject({ exitCode: 0 });
    const meanwhile = await tune.verify('1s');
    expect(meanwhile.changes.find(({ id }) => id === change.id)).toMatchObject({
      state: 'took-effect',
      said: 'the kernel has 8, and reads it at each retransmission timeout, also of running connections',
    });
    expect(stateOf(meanwhile, 'dead-peers')).toBe('still-there');
    const open = (): number => sockets(here, 'state established dport = :5432');
    expect(open()).toBe(10);
    // The kernel's timer wheel is 3.5 % late at most.
    const endedMs = await msUntil(plannedMs, promisedMs * 1.035 + 1000, () => open() === 0);
    expect(endedMs).toBeGreaterThan(promisedMs * 0.98);
    showMeasured('dead-peers', { promisedMs, endedMs, inAllMs: performance.now() - silentSinceMs });
    for (const pool of pools) expect(await pool.done).toMatchObject({ timedOut: 5 });
    expect(await tune.verify('1s')).toMatchObject({ exitCode: 0, cured: true });
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
    expect(here.getSysctl(RETRIES2)).toBe('15');
  }, 240_000);
});
