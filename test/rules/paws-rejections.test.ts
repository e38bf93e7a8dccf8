import { describe, expect, it } from 'vitest';
import type { ClientsOptions } from '../../src/lab/programs/options.ts';
import { runDoctor } from '../staging/run-doctor.ts';
import { families, filterInput, sleep, twoHosts } from './two-hosts.ts';

const PORT = 8080;

async function stage(
  family: (typeof families)[number],
  clock: Partial<ClientsOptions>,
  loss: boolean,
): ReturnType<typeof runDoctor> {
  using hosts = twoHosts('paws', family);
  await hosts.here.spawn('listener', { address: hosts.any, port: PORT, backlog: 64, read: true, hold: true })
    .ready;
  if (loss) filterInput(hosts.here, `tcp dport ${PORT} numgen random mod 100 < 8 drop`);
  const clients = { count: 12, ratePerSecond: 4, sendBytes: 10, sendEveryMs: 100, holdMs: 60_000, ...clock };
  await hosts.there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...clients }).ready;
  await sleep(300);
  return await runDoctor(hosts.here.name, ['--for', '3s']);
}

describe.skipIf(process.getuid?.() !== 0)('paws-rejections (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('experiment: the clock of the clients is 100 s behind that of their own handshake', async () => {
      const run = await stage(family, { oldTimestampMs: 100_000 }, false);
      const finding = run.finding('paws-rejections');
      expect(finding, run.stdout).toMatchObject({ severity: 'warning', cause: { id: 'old-timestamps' } });
      expect(finding?.subject).toEqual({ counter: 'TcpExt.PAWSEstab' });
      expect(finding?.evidence.find(({ name }) => name === 'TcpExt.PAWSEstab')?.value).toBeGreaterThanOrEqual(
        10,
      );
      expect(run.exitCode).toBe(1);
    });

    it('counter-experiment: clients with one clock on a path that loses segments', async () => {
      const run = await stage(family, {}, true);
      const received = run.report.namespaces[0]?.counters['Tcp.InSegs'];
      expect((received?.after ?? 0) - (received?.before ?? 0)).toBeGreaterThan(100);
      expect(run.finding('paws-rejections'), run.stdout).toBeUndefined();
    });
  });
});
