import { describe, expect, it } from 'vitest';
import { filterInput, sleep, twoHosts } from '../../rules/two-hosts.ts';
import { counter, msUntil, showMeasured, sockets } from './measured.ts';
import { changeOf, stateOf, sysctlsOf, TuneProgram } from './tune-program.ts';

const FIN_TIMEOUT = 'net.ipv4.tcp_fin_timeout';
const ORPHAN_RETRIES = 'net.ipv4.tcp_orphan_retries';
/** IPv4 and IPv6 side by side: most of the time here is the kernel's own timers. */
const EACH = ['10.90.0.2', 'fd90::2'] as const;

describe.skipIf(process.getuid?.() !== 0)('closed connections that do not end (needs root)', () => {
  it('orphans in FIN_WAIT2: new ones go after 15 s, those that are there keep their time', async () => {
    using hosts = twoHosts('cure', 'ipv6');
    using tune = new TuneProgram();
    const { here, there } = hosts;
    here.setSysctl(FIN_TIMEOUT, 30);
    for (const port of [8080, 8081]) {
      const closing = { address: '::', dualStack: true, port, backlog: 1024, closeAfterMs: 20 };
      await here.spawn('listener', closing).ready;
    }
    /** Clients that never close their side. */
    const leave = (port: number, count: number) =>
      EACH.map((to) => there.spawn('clients', { to, port, count, ratePerSecond: 2000, close: 'never' }).done);
    const inFinWait2 = (port: number): number => sockets(here, `state fin-wait-2 sport = :${port}`);
    await Promise.all(leave(8080, 550));
    const oldSinceMs = performance.now();
    await msUntil(oldSinceMs, 3000, () => inFinWait2(8080) === 1100);

    const plan = await tune.plan(here.name, '1s');
    expect(plan.findings.find(({ id }) => id === 'fin-wait-pile-up')).toMatchObject({
      severity: 'warning',
      cause: 'peer-does-not-close',
    });
    expect(sysctlsOf(plan)[FIN_TIMEOUT]).toBe('15');
    const change = changeOf(plan, FIN_TIMEOUT);
    expect(change.why).toBe(
      'orphans then stay for 15 s instead of 30 s, so that 50 % as many are there at the same rate',
    );
    expect(await tune.apply()).toMatchObject({ exitCode: 0 });

    await Promise.all(leave(8081, 50));
    const newSinceMs = performance.now();
    await msUntil(newSinceMs, 2000, () => inFinWait2(8081) === 100);
    const meanwhile = await tune.verify('1s');
    expect(meanwhile.exitCode).toBe(1);
    expect(stateOf(meanwhile, 'fin-wait-pile-up')).toBe('still-there');
    expect(meanwhile.changes.find(({ id }) => id === change.id)).toMatchObject({
      state: 'took-effect',
      said: 'the kernel has 15, and reads it when an orphan enters FIN_WAIT2',
    });
    const newLifeMs = await msUntil(newSinceMs, 18_000, () => inFinWait2(8081) === 0);
    expect(newLifeMs).toBeGreaterThan(14_500);
    expect(inFinWait2(8080)).toBe(1100);
    const oldLifeMs = await msUntil(oldSinceMs, 34_000, () => inFinWait2(8080) === 0);
    expect(oldLifeMs).toBeGreaterThan(29_500);
    showMeasured('FIN_WAIT2', { newLifeMs, oldLifeMs });

    expect(await tune.verify('1s')).toMatchObject({ exitCode: 0, cured: true });
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
    expect(here.getSysctl(FIN_TIMEOUT)).toBe('30');
  });

  it('orphans whose peers are gone: those that are there end at their next timeout, new ones within 7 s', async () => {
    using hosts = twoHosts('cure', 'ipv6');
    using tune = new TuneProgram();
    const { here, there } = hosts;
    const ports = [8080, 8081];
    const servers = ports.map((port) =>
      here.spawn('listener', {
        address: '::',
        dualStack: true,
        port,
        backlog: 64,
        hold: true,
        closeOnSignal: true,
      }),
    );
    await Promise.all(servers.map(({ ready }) => ready));
    for (const port of ports)
      for (const to of EACH) await there.spawn('clients', { to, port, count: 10, close: 'never' }).done;
    filterInput(there, 'meta l4proto tcp drop');
    const orphans = (port: number): number => sockets(here, `state fin-wait-1 sport = :${port}`);
    servers[0]?.signal('SIGUSR2');
    const oldSinceMs = performance.now();
    await msUntil(oldSinceMs, 2000, () => orphans(8080) === 20);
    await sleep(2000);

    const plan = await tune.plan(here.name, '2s');
    expect(plan.findings.find(({ id }) => id === 'fin-wait-pile-up')).toMatchObject({
      severity: 'warning',
      cause: 'peer-unreachable',
    });
    const change = changeOf(plan, ORPHAN_RETRIES);
    expect(change).toMatchObject({ optional: true, present: '0', value: '3' });
    // They outlive what the plan promises for 3: this is the measurement before.
    await sleep(Math.max(0, oldSinceMs + 8000 - performance.now()));
    expect(orphans(8080)).toBe(20);
    expect(counter(here, 'TcpExt.TCPAbortOnTimeout')).toBe(0);

    expect(await tune.apply('--with', String(change.id))).toMatchObject({ exitCode: 0 });
    servers[1]?.signal('SIGUSR2');
    const newSinceMs = performance.now();
    await msUntil(newSinceMs, 2000, () => orphans(8081) === 20);
    const newLifeMs = await msUntil(newSinceMs, 8000, () => orphans(8081) === 0);
    expect(newLifeMs).toBeGreaterThan(3000);
    expect(newLifeMs).toBeLessThan(7500);
    const oldLifeMs = await msUntil(oldSinceMs, 16_000, () => orphans(8080) === 0);
    showMeasured('FIN_WAIT1', { newLifeMs, oldLifeMs });

    const verified = await tune.verify('1s');
    expect(verified).toMatchObject({ exitCode: 0, cured: true });
    expect(stateOf(verified, 'fin-wait-pile-up')).toBe('gone');
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
    expect(here.getSysctl(ORPHAN_RETRIES)).toBe('0');
  });
});
