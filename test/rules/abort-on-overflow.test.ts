import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nft } from '../../src/lab/firewall.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';

const PORT = 8080;
const families = {
  ipv4: {
    server: '127.0.0.1',
    other: '127.0.0.9',
    saddr: 'ip saddr 127.0.0.9',
    listener: `127.0.0.1:${PORT}`,
  },
  ipv6: { server: '::1', other: 'fd95::9', saddr: 'ip6 saddr fd95::9', listener: `[::1]:${PORT}` },
} as const;

interface Stage {
  readonly abort: 0 | 1;
  readonly mode: 'accept' | 'never-accept';
  /** Clients whose handshake is held up before its last ACK, until the accept queue is full. */
  readonly heldUp?: number;
}

async function stage(family: 'ipv4' | 'ipv6', it: Stage): Promise<DoctorRun> {
  using namespace = LabNamespace.create('abort');
  namespace.setSysctl('net.ipv4.tcp_abort_on_overflow', it.abort);
  const { server, other, saddr } = families[family];
  const backlog = it.mode === 'accept' ? 128 : 8;
  await namespace.spawn('listener', { address: server, port: PORT, backlog, mode: it.mode, read: true })
    .ready;
  if (it.heldUp) {
    if (family === 'ipv6') namespace.run('ip', ['address', 'add', `${other}/128`, 'dev', 'lo', 'nodad']);
    const lastAck = `${saddr} tcp dport ${PORT} tcp flags & (syn | ack) == ack drop`;
    nft(namespace, `table inet lab { chain in { type filter hook input priority 0; ${lastAck}; }; }`);
    const heldUp = { count: it.heldUp, from: [other], close: 'never' } as const;
    await namespace.spawn('clients', { to: server, port: PORT, ...heldUp }).done;
  }
  await namespace.spawn('clients', { to: server, port: PORT, count: 40, close: 'never' }).ready;
  await sleep(300);
  const doctor = runDoctor(namespace.name, ['--for', it.heldUp ? '3s' : '1s']);
  if (it.heldUp) {
    await sleep(500);
    // Their SYN-ACKs are repeated 1, 3 and 7 s after the SYN; each one asks for the ACK again.
    nft(namespace, 'flush ruleset');
  }
  return await doctor;
}

describe.skipIf(process.getuid?.() !== 0)('abort-on-overflow (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: five handshakes whose last ACK finds the queue full are reset', async () => {
      const run = await stage(family, { abort: 1, mode: 'never-accept', heldUp: 5 });
      const finding = run.finding('abort-on-overflow');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'connections-reset' } });
      expect(finding?.subject).toMatchObject({
        sysctl: 'net.ipv4.tcp_abort_on_overflow',
        listener: families[family].listener,
      });
      const { 'TcpExt.EmbryonicRsts': resets } = run.report.namespaces[0]?.counters ?? {};
      expect((resets?.after ?? 0) - (resets?.before ?? 0)).toBe(5);
    });

    it('experiment: SYNs that meet a full queue are dropped silently all the same', async () => {
      const run = await stage(family, { abort: 1, mode: 'never-accept' });
      const finding = run.finding('abort-on-overflow');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'dropped-all-the-same' } });
      expect(finding?.subject.listener).toBe(families[family].listener);
    });

    it('counter-experiment: it is on, and the server accepts in time', async () => {
      const run = await stage(family, { abort: 1, mode: 'accept' });
      expect(run.finding('abort-on-overflow')).toMatchObject({
        severity: 'info',
        cause: { id: 'not-default' },
      });
      expect(run.alarms).toEqual([]);
    });

    it('counter-experiment: the same overflow with the default', async () => {
      const run = await stage(family, { abort: 0, mode: 'never-accept' });
      expect(run.alarms).toContain('accept-queue-overflow');
      expect(run.finding('abort-on-overflow')).toBeUndefined();
    });
  });
});
