import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTunePlan } from '../../../src/contract/tune-plan.ts';
import type { LabNamespace } from '../../../src/lab/namespace.ts';
import { families, filterInput, sleep, twoHosts } from '../../rules/two-hosts.ts';
import { showMeasured } from './measured.ts';
import { changeOf, stateOf, sysctlsOf, TuneProgram } from './tune-program.ts';

const PORT = 8080;
const CONTROL = 'net.ipv4.tcp_congestion_control';

/** Of the connections accepted on a port: "bbr", "reno". */
function controls(namespace: LabNamespace, port: number): readonly string[] {
  const seen = namespace.run('ss', ['-Htin', 'state', 'established', 'sport', '=', `:${port}`]);
  return [...new Set(seen.match(/\b(bbr|reno|cubic)\b/g) ?? [])];
}

describe.skipIf(process.getuid?.() !== 0)('paths (needs root)', () => {
  describe.each(families)('%s', (family) => {
    it('segments are lost: another congestion control for new connections, and what the kernel refuses', async () => {
      using hosts = twoHosts('cure', family);
      using tune = new TuneProgram();
      const { here, there } = hosts;
      here.setSysctl(CONTROL, 'reno');
      const server = { address: hosts.any, port: PORT, backlog: 64, read: true, replyBytes: 100_000_000 };
      await here.spawn('listener', server).ready;
      await here.spawn('listener', { address: hosts.any, port: 8081, backlog: 64, hold: true }).ready;
      filterInput(there, `tcp sport ${PORT} numgen random mod 100 < 8 drop`);
      const download = { to: hosts.hereAddress, port: PORT, sendBytes: 10, receiveUntilClose: true };
      /** What ten clients get while `meanwhile` goes on, 4 s at least, in bytes each second. */
      const rateOf = async (meanwhile: () => Promise<void>): Promise<number> => {
        const clients = there.spawn('clients', { ...download, count: 10 });
        await clients.ready;
        const startMs = performance.now();
        await Promise.all([meanwhile(), sleep(4000)]);
        clients.signal('SIGTERM');
        const { bytesReceived } = await clients.done;
        return (bytesReceived * 1000) / (performance.now() - startMs);
      };
      const withReno = await rateOf(async () => {
        await tune.plan(here.name);
      });
      const plan = parseTunePlan(JSON.parse(readFileSync(tune.file, 'utf8')));
      expect(plan.findings.find(({ id }) => id === 'retransmissions')?.cause).toBe('packet-loss');
      const change = changeOf(plan, CONTROL);
      expect(change).toMatchObject({ optional: true, present: 'reno', value: 'bbr' });

      const allowed = here.getSysctl('net.ipv4.tcp_allowed_congestion_control').split(' ');
      const other = here
        .getSysctl('net.ipv4.tcp_available_congestion_control')
        .split(' ')
        .find((one) => !allowed.includes(one));
      if (other !== undefined) {
        const asked = readFileSync(tune.file, 'utf8');
        writeFileSync(tune.file, asked.replaceAll('"value": "bbr"', `"value": "${other}"`));
        const refused = await tune.apply('--with', String(change.id));
        expect(refused.exitCode).toBe(3);
        expect(refused.stdout).toMatch(new RegExp(`tcp_congestion_control = ${other}: failed: EPERM`));
        expect(here.getSysctl(CONTROL)).toBe('reno');
        expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
        writeFileSync(tune.file, asked);
      }

      const old = there.spawn('clients', { to: hosts.hereAddress, port: 8081, close: 'never' });
      await old.done;
      expect(controls(here, 8081)).toEqual(['reno']);
      expect(await tune.apply('--with', String(change.id))).toMatchObject({ exitCode: 0 });
      expect(here.getSysctl(CONTROL)).toBe('bbr');
      expect(controls(here, 8081)).toEqual(['reno']);
      const withBbr = await rateOf(async () => {
        await sleep(300);
        // The listener is as old as before.
        expect(controls(here, PORT)).toEqual(['bbr']);
        const verified = await tune.verify('3s');
        expect(verified.changes.find(({ id }) => id === change.id)).toMatchObject({
          state: 'took-effect',
          said: expect.stringContaining('the kernel has bbr, and reads it when a connection is opened'),
        });
        // The path loses what it lost.
        expect(stateOf(verified, 'retransmissions')).toBe('still-there');
      });
      showMeasured(`retransmissions ${family}`, { withReno, withBbr });
      expect(withBbr).toBeGreaterThan(withReno * 1.2);
      expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
      expect(here.getSysctl(CONTROL)).toBe('reno');
    });

    it('old timestamps: switching timestamps off is refused with the catalogue’s words', async () => {
      using hosts = twoHosts('cure', family);
      using tune = new TuneProgram();
      const { here, there } = hosts;
      await here.spawn('listener', { address: hosts.any, port: PORT, backlog: 64, read: true, hold: true })
        .ready;
      const clients = { count: 12, ratePerSecond: 4, sendBytes: 10, sendEveryMs: 100, holdMs: 60_000 };
      const behind = { ...clients, oldTimestampMs: 100_000 };
      await there.spawn('clients', { to: hosts.hereAddress, port: PORT, ...behind }).ready;
      await sleep(300);
      const plan = await tune.plan(here.name);
      expect(plan.findings.find(({ id }) => id === 'paws-rejections')?.severity).toBe('warning');
      expect(JSON.stringify(plan.changes)).not.toContain('tcp_timestamps');
      expect(sysctlsOf(plan)).toEqual({});
      expect(plan.refusals.find(({ knobs }) => knobs.includes('net.ipv4.tcp_timestamps'))).toMatchObject({
        finding: 'paws-rejections',
        because: expect.stringMatching(/^net\.ipv4\.tcp_timestamps=0: It takes away PAWS/),
      });
      const idle = plan.refusals.find(({ knobs }) => knobs.includes('net.ipv4.tcp_tw_recycle'));
      expect(idle?.because).toMatch(/gone since Linux 4\.12/);
      expect(await tune.apply()).toMatchObject({ exitCode: 0 });
      expect(here.getSysctl('net.ipv4.tcp_timestamps')).toBe('1');
      expect(stateOf(await tune.verify('1s'), 'paws-rejections')).toBe('still-there');
    });
  });
});
