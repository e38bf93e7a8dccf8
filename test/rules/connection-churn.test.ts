import { describe, expect, it } from 'vitest';
import { addAddresses } from '../../src/lab/link.ts';
import type { ClientsOptions, ListenerOptions } from '../../src/lab/programs/options.ts';
import { type DoctorRun, runDoctor } from '../staging/run-doctor.ts';
import { type Family, families, twoHosts } from './two-hosts.ts';

const PORT = 24_224;
const sendersPrefix = { ipv4: '10.92.0.0/16', ipv6: 'fd92::/64' } as const;
/** 60 senders, started within the first 0.3 s of a second. */
const everySecond = { count: 60, repeatEveryMs: 1000, ratePerSecond: 200 } as const;

async function look(
  family: Family,
  it: { addresses: number; clients?: Partial<ClientsOptions>; server?: Partial<ListenerOptions> },
): Promise<DoctorRun> {
  using hosts = twoHosts('churn', family);
  const { here, there, link } = hosts;
  await here.spawn('listener', { address: hosts.any, port: PORT, backlog: 512, read: true, ...it.server })
    .ready;
  const own =
    it.addresses > 1 ? addAddresses(link.a, link.b, sendersPrefix[family], it.addresses) : undefined;
  const clients = { ...everySecond, ...(own ? { from: own } : {}), ...it.clients };
  there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...clients });
  return await runDoctor(here.name, ['--for', '3s']);
}

describe.skipIf(process.getuid?.() !== 0)('connection-churn (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: 60 senders with an address each connect every second and say nothing', async () => {
      const run = await look(family, { addresses: 60 });
      const finding = run.finding('connection-churn');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'heartbeats' } });
      expect(finding?.subject).toMatchObject({ senders: '60' });
      expect(finding?.subject.listener).toMatch(/:24224$/);
      expect(Number(finding?.subject.periodMs)).toBeGreaterThan(950);
      expect(Number(finding?.subject.periodMs)).toBeLessThan(1050);
    });

    it('experiment: the same from one address, as behind a NAT', async () => {
      const run = await look(family, { addresses: 1 });
      const finding = run.finding('connection-churn');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'heartbeats' } });
      expect(Number(finding?.subject.periodMs)).toBeGreaterThan(900);
      expect(Number(finding?.subject.periodMs)).toBeLessThan(1100);
      expect(Number(finding?.subject.senders)).toBeGreaterThan(45);
      expect(Number(finding?.subject.senders)).toBeLessThan(75);
    });

    it('counter-experiment: as many connections, each with a request and a response', async () => {
      const server = { replyBytes: 800, closeAfterMs: 20 };
      const clients = { sendBytes: 300, receiveUntilClose: true };
      const run = await look(family, { addresses: 1, clients, server });
      expect(run.finding('connection-churn')).toBeUndefined();
      const { 'Tcp.PassiveOpens': opened } = run.report.namespaces[0]?.counters ?? {};
      expect((opened?.after ?? 0) - (opened?.before ?? 0)).toBeGreaterThan(100);
    });
  });
});
