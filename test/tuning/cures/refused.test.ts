import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../../src/lab/namespace.ts';
import { runProgram } from '../../cli/start-program.ts';
import { sleep } from '../../rules/two-hosts.ts';
import { sysctlsOf, TuneProgram } from './tune-program.ts';

const PORT = 24_224;

describe.skipIf(process.getuid?.() !== 0)('plans that do not fit, or not any more (needs root)', () => {
  it('who accepts nobody: the plan changes nothing, and says why', async () => {
    using namespace = LabNamespace.create('cure');
    using tune = new TuneProgram();
    namespace.setSysctl('net.core.somaxconn', 16);
    // Nothing else may be wrong.
    namespace.setSysctl('net.ipv4.tcp_syncookies', 1);
    const blocked = { address: '127.0.0.1', port: PORT, backlog: 1024, mode: 'never-accept' } as const;
    await namespace.spawn('listener', blocked).ready;
    await namespace.spawn('clients', { to: '127.0.0.1', port: PORT, count: 60, close: 'never' }).ready;
    const plan = await tune.plan(namespace.name);
    const forListener = plan.changes.filter(
      ({ findings }) => !findings.includes('namespace-sysctl-mismatch'),
    );
    expect(forListener.filter(({ kind, optional }) => kind !== 'manual' && !optional)).toEqual([]);
    const refused = plan.refusals.find(({ finding }) => finding === 'accept-queue-overflow');
    expect(refused).toMatchObject({
      knobs: expect.arrayContaining(['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog']),
      listener: `127.0.0.1:${PORT}`,
    });
  });

  it('a plan whose namespace is gone, or was made anew, is refused', async () => {
    using tune = new TuneProgram();
    {
      using namespace = LabNamespace.create('cure');
      namespace.setSysctl('net.ipv4.tcp_syncookies', 0);
      await namespace.spawn('listener', { address: '0.0.0.0', port: PORT, backlog: 8 }).ready;
      await tune.plan(namespace.name, '500ms');
    }
    using _other = LabNamespace.create('cure');
    expect(await tune.apply()).toMatchObject({
      exitCode: 3,
      stderr: expect.stringMatching(/network namespace \S+ \(\d+\) is gone.*\nNothing was changed/s),
    });
  });

  it('values that somebody changed meanwhile: a script is refused, and told which', async () => {
    using namespace = LabNamespace.create('cure');
    using tune = new TuneProgram();
    namespace.setSysctl('net.ipv4.tcp_syncookies', 0);
    await namespace.spawn('listener', { address: '0.0.0.0', port: PORT, backlog: 8 }).ready;
    await tune.plan(namespace.name, '500ms');
    namespace.setSysctl('net.ipv4.tcp_syncookies', 2);
    const refused = await tune.apply();
    expect(refused.exitCode).toBe(3);
    expect(refused.stderr).toMatch(/tcp_syncookies 0 -> 1, .*; it is 2 now/);
    expect(namespace.getSysctl('net.ipv4.tcp_syncookies')).toBe('2');
    expect(await tune.apply('--force-stale')).toMatchObject({ exitCode: 0 });
    expect(namespace.getSysctl('net.ipv4.tcp_syncookies')).toBe('1');
    namespace.setSysctl('net.ipv4.tcp_syncookies', 0);
    const left = await tune.rollBack();
    expect(left).toMatchObject({
      exitCode: 1,
      stdout: expect.stringMatching(/left alone: it is 0, neither the 1/),
    });
    expect(await tune.rollBack('--force')).toMatchObject({ exitCode: 0 });
    expect(namespace.getSysctl('net.ipv4.tcp_syncookies')).toBe('2');
  });

  it('a /proc/sys that cannot be written, as in containers: the kernel’s words, and nothing lost', async () => {
    using namespace = LabNamespace.create('cure');
    using tune = new TuneProgram();
    namespace.setSysctl('net.ipv4.tcp_syncookies', 0);
    await namespace.spawn('listener', { address: '0.0.0.0', port: PORT, backlog: 8 }).ready;
    await tune.plan(namespace.name, '500ms');
    const readOnly = 'mount --bind /proc/sys /proc/sys && mount -o remount,ro,bind /proc/sys && exec "$@"';
    const refused = await runProgram(['tune', 'apply', tune.file, '--yes', '--state', tune.state], {
      before: ['unshare', '--mount', '--propagation', 'private', 'sh', '-c', readOnly, 'sh'],
    });
    expect(refused.exitCode, refused.stderr).toBe(3);
    expect(refused.stdout).toMatch(/Stopped: 0 steps made, one failed\..*tcp_syncookies = 1: failed: EROFS/s);
    expect(namespace.getSysctl('net.ipv4.tcp_syncookies')).toBe('0');
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
  });

  it('a container that was not tuned as its host: cured when the program listens again', async () => {
    const host = Number(readFileSync('/proc/sys/net/core/somaxconn', 'utf8'));
    using namespace = LabNamespace.create('cure');
    using tune = new TuneProgram();
    namespace.setSysctl('net.core.somaxconn', 100);
    const server = namespace.spawn('listener', {
      address: '0.0.0.0',
      port: PORT,
      backlog: 1024,
      relistenBacklog: 65_535,
    });
    await server.ready;
    const plan = await tune.plan(namespace.name, '1s');
    expect(plan.findings.find(({ id }) => id === 'namespace-sysctl-mismatch')?.severity).toBe('warning');
    expect(sysctlsOf(plan)).toMatchObject({ 'net.core.somaxconn': String(host) });
    expect(await tune.apply()).toMatchObject({ exitCode: 0 });
    expect((await tune.verify('1s')).changes[0]).toMatchObject({ state: 'waits' });
    server.signal('SIGUSR1');
    await sleep(500);
    const verified = await tune.verify('1s');
    expect(verified).toMatchObject({ exitCode: 0, cured: true });
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
    expect(namespace.getSysctl('net.core.somaxconn')).toBe('100');
  });

  it('what has a price is made when it is named', async () => {
    using namespace = LabNamespace.create('cure');
    using tune = new TuneProgram();
    namespace.setSysctl('net.core.somaxconn', 100);
    namespace.setSysctl('net.ipv4.tcp_abort_on_overflow', 1);
    await namespace.spawn('listener', { address: '0.0.0.0', port: PORT, backlog: 8 }).ready;
    const plan = await tune.plan(namespace.name, '500ms');
    const choice = plan.changes.find(
      (one) => one.kind === 'sysctl' && one.parameter === 'net.ipv4.tcp_abort_on_overflow',
    );
    expect(choice?.optional).toBe(true);
    expect(await tune.apply()).toMatchObject({ exitCode: 0 });
    expect(namespace.getSysctl('net.ipv4.tcp_abort_on_overflow')).toBe('1');
    expect(await tune.apply('--with', String(choice?.id))).toMatchObject({ exitCode: 0 });
    expect(namespace.getSysctl('net.ipv4.tcp_abort_on_overflow')).toBe('0');
  });

  it('the machine’s own values are as before', () => {
    expect(readFileSync('/proc/sys/net/core/somaxconn', 'utf8').trim()).not.toBe('16');
  });
});
