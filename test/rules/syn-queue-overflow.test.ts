import { describe, expect, it } from 'vitest';
import { nft } from '../../src/lab/firewall.ts';
import { runDoctor } from '../staging/run-doctor.ts';
import { type Family, families, filterInput, sleep, type TwoHosts, twoHosts } from './two-hosts.ts';

const PORT = 80;
const roundMs = 1000;

/**
 * A veth pair has no delay, so that a real handshake never waits. Here the clients' ACKs are held up for the first quarter of each
 * round, as a long way would: all clients of the round are half-open at the same time, and then complete.
 */
async function burstsOverALongWay(hosts: TwoHosts, clients: number, held: boolean): Promise<() => void> {
  const backlog = held ? 64 : 512;
  await hosts.here.spawn('listener', { address: hosts.any, port: PORT, backlog, read: true }).ready;
  const rounds = { count: clients, repeatEveryMs: roundMs, sendBytes: 10, holdMs: 800 };
  await hosts.there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...rounds }).ready;
  const startMs = performance.now();
  let ended = false;
  const until = (ms: number): Promise<void> => sleep(Math.max(0, startMs + ms - performance.now()));
  const holdUp = async (): Promise<void> => {
    for (let round = 1; !ended && round < 12; round++) {
      await until(round * roundMs - 150);
      if (!ended) filterInput(hosts.here, `tcp dport ${PORT} tcp flags & (syn | ack) == ack drop`);
      await until(round * roundMs + 250);
      if (!ended) nft(hosts.here, 'flush ruleset');
    }
  };
  if (held) holdUp().catch(() => {}); // The namespace may be gone before the last round.
  return () => {
    ended = true;
  };
}

async function look(family: Family, options: { clients: number; held: boolean; maxSynBacklog?: number }) {
  using hosts = twoHosts('synq', family);
  if (options.maxSynBacklog !== undefined) {
    hosts.here.setSysctl('net.ipv4.tcp_syncookies', 0);
    hosts.here.setSysctl('net.ipv4.tcp_max_syn_backlog', options.maxSynBacklog);
    // A peer whose round trip time is remembered from its last connection is exempt (tcp_peer_is_proven()).
    hosts.here.setSysctl('net.ipv4.tcp_no_metrics_save', 1);
  }
  const end = await burstsOverALongWay(hosts, options.clients, options.held);
  const run = await runDoctor(hosts.here.name, ['--for', '3s']);
  end();
  return { run, listener: hosts.anyWithPort(PORT) };
}

describe.skipIf(process.getuid?.() !== 0)('syn-queue-overflow (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: 150 clients at once at a backlog of 64 get cookies, and bring them back', async () => {
      const { run, listener } = await look(family, { clients: 150, held: true });
      const finding = run.finding('syn-queue-overflow');
      expect(finding).toMatchObject({ severity: 'warning', cause: { id: 'burst' } });
      expect(finding?.subject.listener).toBe(listener);
      expect(finding?.title).toMatch(/the kernel sent [\d,]+ SYN cookies instead/);
      expect(run.finding('syn-flood')).toBeUndefined();
    });

    it('experiment: without cookies tcp_max_syn_backlog=16 takes 13 of them and drops the rest', async () => {
      const { run, listener } = await look(family, { clients: 40, held: true, maxSynBacklog: 16 });
      const finding = run.finding('syn-queue-overflow');
      expect(finding).toMatchObject({ severity: 'critical', cause: { id: 'max-syn-backlog' } });
      expect(finding?.subject.listener).toBe(listener);
      expect(finding?.evidence.find(({ name }) => name === 'synRecv.peak')?.value).toBe(13);
      expect(run.finding('syn-flood')).toBeUndefined();
    });

    it('counter-experiment: as many clients at once over a short way, and a queue that holds them', async () => {
      const { run } = await look(family, { clients: 150, held: false });
      expect(run.alarms).not.toContain('syn-queue-overflow');
      expect(run.alarms).not.toContain('syn-flood');
      const { 'Tcp.PassiveOpens': opened } = run.report.namespaces[0]?.counters ?? {};
      expect((opened?.after ?? 0) - (opened?.before ?? 0)).toBeGreaterThanOrEqual(150);
    });
  });
});
