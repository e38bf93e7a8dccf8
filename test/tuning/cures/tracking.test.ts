import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { nft } from '../../../src/lab/firewall.ts';
import type { LabNamespace } from '../../../src/lab/namespace.ts';
import { fillConntrack } from '../../../src/measure/accuracy/fill-conntrack.ts';
import { families, sleep, twoHosts } from '../../rules/two-hosts.ts';
import { showMeasured } from './measured.ts';
import { changeOf, sysctlsOf, TuneProgram } from './tune-program.ts';

const PORT = 8443;
const MAX = 'net.netfilter.nf_conntrack_max';
const ESTABLISHED = 'net.netfilter.nf_conntrack_tcp_timeout_established';

/** How long the entry of a connection to the port is kept, in s. */
function keptSeconds(namespace: LabNamespace): number {
  const entry = namespace.run('grep', ['-m1', `ESTABLISHED.*dport=${PORT}`, '/proc/net/nf_conntrack']);
  const words = entry.split(/\s+/);
  return Number(words[4]);
}

describe.skipIf(process.getuid?.() !== 0)('a full connection tracking table (needs root)', () => {
  it.each(families)('%s: its size is the host’s, its times are the namespace’s', async (family) => {
    using hosts = twoHosts('cure', family);
    using tune = new TuneProgram();
    const { here, there } = hosts;
    const rule = 'type filter hook input priority 0; ct state established accept;';
    nft(here, `table inet lab { chain in { ${rule} }; }`);
    const server = { address: hosts.any, port: PORT, backlog: 128, read: true, hold: true };
    await here.spawn('listener', server).ready;
    const talking = { to: hosts.hereAddress, port: PORT, sendBytes: 10, sendEveryMs: 500, holdMs: 60_000 };
    await there.spawn('clients', talking).ready;
    await sleep(700);
    const before = keptSeconds(here);
    expect(before).toBeGreaterThan(431_000);
    const most = Number(here.getSysctl(MAX));
    const onHost = readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8');
    fillConntrack(here, family, most);
    const clients = { to: hosts.hereAddress, port: PORT, count: 20, repeatEveryMs: 500, repeats: 60 };
    await there.spawn('clients', { ...clients, giveUpAfterMs: 400 }).ready;

    const plan = await tune.plan(here.name, '2s');
    expect(plan.findings.find(({ id }) => id === 'conntrack-full')?.severity).toBe('critical');
    // Looked at alone, a namespace shows no place to write the size to.
    expect(sysctlsOf(plan)).toEqual({});
    const refused = plan.refusals.find(({ knobs }) => knobs.includes(MAX));
    expect(refused?.because).toMatch(/^net\.netfilter\.nf_conntrack_max=\d+: it belongs to the whole kernel/);
    const change = changeOf(plan, ESTABLISHED);
    expect(change).toMatchObject({ optional: true, present: '432000', value: '86400', lasts: 'elsewhere' });

    expect(await tune.apply('--with', String(change.id))).toMatchObject({ exitCode: 0 });
    await sleep(1200);
    const kept = keptSeconds(here);
    showMeasured(`conntrack-full ${family}`, { before, kept });
    expect(kept).toBeGreaterThan(86_000);
    expect(kept).toBeLessThanOrEqual(86_400);
    const verified = await tune.verify('1s');
    expect(verified.changes.find(({ id }) => id === change.id)).toMatchObject({
      state: 'took-effect',
      said: 'the kernel has 86400, and reads it at each packet of a connection',
    });
    expect(await tune.rollBack()).toMatchObject({ exitCode: 0 });
    expect(here.getSysctl(ESTABLISHED)).toBe('432000');

    // With the host in view the size is planned there, to last in its sysctl.d. It is not applied: it is this machine's.
    const wide = await tune.plan('all', '2s');
    const inHost = wide.namespaces.find(({ initial }) => initial)?.inode;
    expect(changeOf(wide, MAX)).toMatchObject({
      namespace: inHost,
      optional: false,
      present: onHost.trim(),
      value: String(2 ** Math.ceil(Math.log2(most * 2))),
      lasts: 'drop-in',
    });
    expect(readFileSync('/proc/sys/net/netfilter/nf_conntrack_max', 'utf8')).toBe(onHost);
  });
});
