import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { Finding } from '../../src/tcp/finding.ts';
import { runDoctor } from '../staging/run-doctor.ts';

const loopback = { ipv4: '127.0.0.1', ipv6: '::1' } as const;
const PORT = 7000;

interface Stage {
  readonly sysctls: Readonly<Record<string, number | string>>;
  readonly backlog: number;
}

/** A "container" next to the host, and what the doctor says about it when it looks at all namespaces. */
async function stage(family: 'ipv4' | 'ipv6', it: Stage): Promise<Finding | undefined> {
  using container = LabNamespace.create('mismatch');
  for (const [name, value] of Object.entries(it.sysctls)) container.setSysctl(name, value);
  const server = container.spawn('listener', { address: loopback[family], port: PORT, backlog: it.backlog });
  await server.ready;
  const { report } = await runDoctor('all', ['--for', '500ms']);
  return report.findings.find(
    ({ id, namespace }) => id === 'namespace-sysctl-mismatch' && namespace === container.inode,
  );
}

function ofHost(name: string): number {
  return Number(readFileSync(`/proc/sys/${name.replaceAll('.', '/')}`, 'utf8'));
}

describe.skipIf(process.getuid?.() !== 0)('namespace-sysctl-mismatch (needs root)', () => {
  const hostSomaxconn = ofHost('net.core.somaxconn');
  const less = Math.min(64, Math.floor(hostSomaxconn / 2));

  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it("experiment: a listener is cut to its container's somaxconn, below the host's", async () => {
      const sysctls = { 'net.core.somaxconn': less, 'net.ipv4.tcp_syncookies': 0 };
      const finding = await stage(family, { sysctls, backlog: hostSomaxconn });
      expect(finding).toMatchObject({
        severity: 'warning',
        confidence: 'certain',
        cause: { id: 'not-inherited' },
      });
      expect(finding?.subject).toMatchObject({
        sysctl: 'net.core.somaxconn',
        listener: family === 'ipv4' ? `127.0.0.1:${PORT}` : `[::1]:${PORT}`,
      });
      expect(finding?.evidence.map(({ name, value }) => [name, value])).toEqual([
        ['net.core.somaxconn', String(less)],
        ['net.ipv4.tcp_syncookies', '0'],
      ]);
      expect(finding?.remedies[0]?.command).toContain(`net.core.somaxconn=${hostSomaxconn}`);
    });

    it('counter-experiment: the same values, but no listener is bound by them', async () => {
      const finding = await stage(family, { sysctls: { 'net.core.somaxconn': less }, backlog: less - 1 });
      expect(finding?.severity).toBe('info');
    });

    it('counter-experiment: the container is tuned, the host is not', async () => {
      const sysctls = {
        'net.core.somaxconn': hostSomaxconn * 2,
        'net.ipv4.tcp_keepalive_time': 300,
        'net.ipv4.ip_local_port_range': '1024 65535',
      };
      expect(await stage(family, { sysctls, backlog: hostSomaxconn * 4 })).toBeUndefined();
    });
  });
});
