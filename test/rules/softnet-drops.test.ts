import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { nft } from '../../src/lab/firewall.ts';
import { connectNamespaces } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';

const families = {
  ipv4: { to: '10.90.0.2', sourcePrefix: '10.91.0.0/16' },
  ipv6: { to: 'fd90::2', sourcePrefix: 'fd91::/64' },
} as const;

/**
 * Each packet that arrives is copied `copies` times into a second veth pair, all within one round of packet processing: the copies
 * gather in the queue of the CPU that makes them, which is not emptied before the round is over. `drop` after that, so that they
 * cost nothing further.
 */
async function stage(
  family: 'ipv4' | 'ipv6',
  packets: { readonly copies: number; readonly count: number },
): Promise<DoctorRun> {
  using receiver = LabNamespace.create('softnet');
  using sender = LabNamespace.create('softnet');
  const link = connectNamespaces(sender, receiver);
  receiver.run(
    'ip',
    ['-batch', '-'],
    'link add copies type veth peer name copied\nlink set copies addrgenmode none up\nlink set copied addrgenmode none up\n',
  );
  const copy = `${'dup to "copies";\n'.repeat(packets.copies)} drop;`;
  nft(
    receiver,
    `table netdev lab {
      chain copy { type filter hook ingress device ${link.b.device} priority 0; ${copy} }
      chain away { type filter hook ingress device copied priority 0; drop; }
    }`,
  );
  const doctor = runDoctor(receiver.name, ['--for', '2500ms']);
  await sleep(700); // The doctor has started to watch.
  const { device, mac } = link.a;
  const flood = sender.spawn('spoof', {
    device,
    sourceMac: mac,
    destinationMac: link.b.mac,
    port: 80,
    ...families[family],
    count: packets.count,
    ratePerSecond: packets.count,
  });
  await flood.done;
  return await doctor;
}

describe.skipIf(process.getuid?.() !== 0)('softnet-drops (needs root)', () => {
  const queueLength = Number(readFileSync('/proc/sys/net/core/netdev_max_backlog', 'utf8'));

  describe.each(['ipv4', 'ipv6'] as const)('%s', (family) => {
    it('experiment: bursts half as long again as the packet queue of a CPU', async () => {
      const run = await stage(family, { copies: Math.floor(queueLength * 1.5), count: 20 });
      const finding = run.finding('softnet-drops');
      expect(finding).toMatchObject({ severity: 'critical', confidence: 'certain' });
      expect(finding?.subject.cpu).toMatch(/^\d+(,\d+)*$/);
      // 20 bursts lose a third each. Other programs of the machine may add to the count, they cannot take away from it.
      const dropped = finding?.evidence
        .filter(({ name }) => name.endsWith('.dropped') && name.startsWith('cpu'))
        .reduce((sum, { value }) => sum + Number(value), 0);
      expect(dropped).toBeGreaterThan(20 * queueLength * 0.4);
      expect(run.finding('nic-drops')).toMatchObject({ cause: { id: 'packet-queue-full' } });
    });

    it('counter-experiment: as many packets in bursts that fit', async () => {
      const run = await stage(family, { copies: Math.floor(queueLength * 0.3), count: 100 });
      expect(run.finding('softnet-drops')?.severity ?? 'info').toBe('info');
      expect(run.alarms).toEqual([]);
    });
  });
});
