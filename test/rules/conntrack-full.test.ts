import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nft } from '../../src/lab/firewall.ts';
import { connectNamespaces } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { fillConntrack } from '../../src/measure/accuracy/fill-conntrack.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';

const PORT = 8443;
const families = {
  ipv4: { any: '0.0.0.0', server: '10.90.0.2' },
  ipv6: { any: '::', server: 'fd90::2' },
} as const;

/** A rule with `ct state` makes the kernel track connections; then `share` of the table is taken before clients come. */
async function stage(
  family: 'ipv4' | 'ipv6',
  share: number,
): Promise<DoctorRun & { readonly inode: number }> {
  using server = LabNamespace.create('conntrack');
  using client = LabNamespace.create('conntrack');
  connectNamespaces(client, server);
  nft(
    server,
    'table inet lab { chain in { type filter hook input priority 0; ct state established accept; }; }',
  );
  const { any, server: to } = families[family];
  await server.spawn('listener', { address: any, port: PORT, backlog: 128 }).ready;
  fillConntrack(
    server,
    family,
    Math.floor(Number(server.getSysctl('net.netfilter.nf_conntrack_max')) * share),
  );
  const doctor = runDoctor(server.name, ['--for', '2s']);
  await sleep(800); // The doctor has started to watch.
  await client.spawn('clients', { to, port: PORT, count: 20, holdMs: 100, ratePerSecond: 100 }).ready;
  return { ...(await doctor), inode: server.inode };
}

describe.skipIf(process.getuid?.() !== 0)('conntrack-full (needs root)', () => {
  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: a table full of established connections drops every new one', async () => {
      const run = await stage(family, 1);
      const finding = run.finding('conntrack-full');
      expect(finding).toMatchObject({
        severity: 'critical',
        confidence: 'certain',
        namespace: run.inode,
        cause: { id: 'table-full' },
        subject: { sysctl: 'net.netfilter.nf_conntrack_max' },
      });
      const dropped = Number(finding?.evidence.find(({ name }) => name === 'drop')?.value);
      expect(dropped).toBeGreaterThanOrEqual(20); // 20 clients, and each SYN again after a second.
      expect(finding?.ruledOut.map(({ id }) => id)).toContain('accept-queue-overflow');
      expect(run.exitCode).toBe(1);
    });

    it('counter-experiment: the same clients, the table three quarters full', async () => {
      const run = await stage(family, 0.75);
      expect(run.finding('conntrack-full')).toBeUndefined();
      expect(run.alarms).toEqual([]);
    });
  });
});
