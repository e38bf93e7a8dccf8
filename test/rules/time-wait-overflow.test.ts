import { describe, expect, it } from 'vitest';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, sleep, twoHosts } from './two-hosts.ts';

const PORT = 8080;

/** A server that closes first, 60 times a second. */
async function stage(family: (typeof families)[number], limit: number): ReturnType<typeof runDoctor> {
  using hosts = twoHosts('two', family);
  hosts.here.setSysctl('net.ipv4.tcp_max_tw_buckets', limit);
  const server = { address: hosts.any, port: PORT, backlog: 64, closeAfterMs: 1 };
  await hosts.here.spawn('listener', server).ready;
  const clients = {
    to: hosts.hereAddress,
    port: PORT,
    count: 600,
    ratePerSecond: 60,
    receiveUntilClose: true,
  };
  await hosts.there.spawn('clients', clients).ready;
  await sleep(700);
  return await runDoctor(hosts.here.name, ['--for', '3s']);
}

describe.skipIf(process.getuid?.() !== 0)('time-wait-overflow (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: 20 buckets for 60 closed connections a second', async () => {
      const run = await stage(family, 20);
      const finding = run.finding('time-wait-overflow');
      expect(finding, run.stdout).toMatchObject({ severity: 'warning', cause: { id: 'limit-too-small' } });
      expect(finding?.subject).toEqual({ sysctl: 'net.ipv4.tcp_max_tw_buckets' });
      const overflows = finding?.evidence.find(({ name }) => name === 'TcpExt.TCPTimeWaitOverflow');
      expect(overflows?.value).toBeGreaterThan(60);
      expect(finding?.evidence.find(({ name }) => name === 'TCP.tw')?.value).toBe(20);
      expect(run.exitCode).toBe(1);
    });

    it('counter-experiment: the same traffic with room for it', async () => {
      const run = await stage(family, 4000);
      expect(run.report.namespaces[0]?.states.TIME_WAIT).toBeGreaterThan(100);
      expect(run.finding('time-wait-overflow'), run.stdout).toBeUndefined();
    });
  });
});
