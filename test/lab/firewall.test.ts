import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FirewallRule, iptablesRuleset, nftRuleset, setFirewall } from '../../src/lab/firewall.ts';
import { connectNamespaces } from '../../src/lab/link.ts';
import { LabNamespace } from '../../src/lab/namespace.ts';
import type { ClientsDone } from '../../src/lab/programs/options.ts';
import { isInstalled } from '../../src/lab/tool.ts';

const to80 = { hook: 'input', destinationPort: 80 } as const;
const ipv4 = '10.90.0.2';
const ipv6 = 'fd90::2';

/** What one client gets; errno names as the kernel's ICMP tables give them (icmp_err_convert, tab_unreach). */
const cases: readonly (readonly [string, FirewallRule, to: string, outcome: string])[] = [
  ['no rule for it', { ...to80, destinationPort: 81, verdict: 'drop' }, ipv4, 'refused'],
  ['drop', { ...to80, verdict: 'drop' }, ipv4, 'gaveUp'],
  ['drop, both families', { ...to80, verdict: 'drop' }, ipv6, 'gaveUp'],
  ['drop, the other family', { ...to80, family: 'ipv6', verdict: 'drop' }, ipv4, 'refused'],
  ['drop by source', { ...to80, from: 'fd90::/64', verdict: 'drop' }, ipv6, 'gaveUp'],
  ['drop from elsewhere', { ...to80, from: '10.91.0.0/16', verdict: 'drop' }, ipv4, 'refused'],
  ['drop the RST', { hook: 'output', sourcePort: 80, flags: 'R.', verdict: 'drop' }, ipv4, 'gaveUp'],
  ['drop SYN-ACKs, of which there is none', { ...to80, flags: 'S.', verdict: 'drop' }, ipv4, 'refused'],
  ['drop what is new', { ...to80, connection: 'new', verdict: 'drop' }, ipv6, 'gaveUp'],
  ['drop what is established', { ...to80, connection: 'established', verdict: 'drop' }, ipv4, 'refused'],
  ['tcp-reset', { ...to80, verdict: 'tcp-reset' }, ipv6, 'refused'],
  ['icmp-net-unreachable', { ...to80, verdict: 'icmp-net-unreachable' }, ipv4, 'ENETUNREACH'],
  ['icmp-proto-unreachable', { ...to80, verdict: 'icmp-proto-unreachable' }, ipv4, 'ENOPROTOOPT'],
  ['icmp-admin-prohibited', { ...to80, verdict: 'icmp-admin-prohibited' }, ipv4, 'EHOSTUNREACH'],
  ['icmp6-adm-prohibited', { ...to80, verdict: 'icmp6-adm-prohibited' }, ipv6, 'EACCES'],
  ['icmp6-no-route', { ...to80, verdict: 'icmp6-no-route' }, ipv6, 'ENETUNREACH'],
];

const hasNft = isInstalled('nft');
const hasIptables = ['iptables-restore', 'ip6tables-restore'].every(isInstalled);

describe.skipIf(process.getuid?.() !== 0)('a firewall in the lab (needs root)', () => {
  let client: LabNamespace;
  let server: LabNamespace;

  beforeAll(() => {
    client = LabNamespace.create('client');
    server = LabNamespace.create('server');
    connectNamespaces(client, server);
  });
  afterAll(() => {
    client.dispose();
    server.dispose();
  });

  /** On a veth pair an ICMP error takes effect with the first retransmission, after a second (tcp_v6_err: sk_err_soft). */
  const connect = async (to: string, outcome = 'gaveUp'): Promise<string> => {
    const giveUpAfterMs = outcome === 'gaveUp' ? 300 : 3000;
    return outcomeOf(await client.spawn('clients', { to, port: 80, giveUpAfterMs }).done);
  };

  test.skipIf(!hasNft).each(cases)('nft: %s', async (_, rule, to, outcome) => {
    setFirewall(server, [rule]);
    expect(await connect(to, outcome)).toBe(outcome);
  });

  // The same rules by the other tool: each family has its own table there.
  test.skipIf(!hasIptables).each(cases)('iptables: %s', async (_, rule, to, outcome) => {
    setFirewall(server, []);
    server.run('iptables-restore', [], iptablesRuleset([rule], 'ipv4'));
    server.run('ip6tables-restore', [], iptablesRuleset([rule], 'ipv6'));
    expect(await connect(to, outcome)).toBe(outcome);
    for (const family of ['ipv4', 'ipv6'] as const) {
      server.run(
        family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore',
        [],
        iptablesRuleset([], family),
      );
    }
  });

  test('the next set of rules replaces the last one', async () => {
    setFirewall(server, [{ ...to80, verdict: 'drop' }]);
    setFirewall(server, []);
    expect(await connect(ipv4)).toBe('refused');
  });

  test('the first rule that fits decides', async () => {
    setFirewall(server, [
      { ...to80, from: '10.90.0.1', verdict: 'accept' },
      { ...to80, verdict: 'drop' },
    ]);
    expect([await connect(ipv4), await connect(ipv6)]).toEqual(['refused', 'gaveUp']);
  });
});

describe('the words for iptables', () => {
  test('are those of the manual page', () => {
    const rules: readonly FirewallRule[] = [
      { hook: 'input', flags: '.', sourcePort: 1, connection: 'established', verdict: 'accept' },
      { hook: 'input', from: 'fd90::/64', verdict: 'drop' },
      { hook: 'forward', to: '10.0.0.1', destinationPort: 80, verdict: 'icmp-host-prohibited' },
    ];
    expect(iptablesRuleset(rules, 'ipv4').split('\n')).toEqual([
      '*filter',
      ':INPUT ACCEPT [0:0]',
      ':OUTPUT ACCEPT [0:0]',
      ':FORWARD ACCEPT [0:0]',
      '-A INPUT -p tcp -m conntrack --ctstate ESTABLISHED --sport 1 --tcp-flags SYN,ACK,FIN,RST ACK -j ACCEPT',
      '-A FORWARD -p tcp -d 10.0.0.1 --dport 80 -j REJECT --reject-with icmp-host-prohibited',
      'COMMIT',
      '',
    ]);
    expect(iptablesRuleset(rules, 'ipv6')).toContain('-A INPUT -p tcp -s fd90::/64 -j DROP');
    expect(iptablesRuleset(rules, 'ipv6')).not.toContain('10.0.0.1');
  });

  test('a rule that contradicts itself is in no family', () => {
    const rule = { hook: 'input', from: 'fd90::1', verdict: 'icmp-host-unreachable' } as const;
    expect(iptablesRuleset([rule], 'ipv4') + iptablesRuleset([rule], 'ipv6')).not.toContain('-A');
    expect(nftRuleset([rule])).not.toContain('fd90');
  });
});

function outcomeOf({ refused, gaveUp, errors }: ClientsDone): string {
  if (refused > 0) return 'refused';
  return gaveUp > 0 ? 'gaveUp' : Object.keys(errors).join();
}
