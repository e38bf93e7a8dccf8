import { exitCodes, HalfopenError } from '../base/errors.ts';
import type { Family } from '../tcp/socket.ts';
import type { LabNamespace } from './namespace.ts';
import { howToInstall, isInstalled } from './tool.ts';

/** What is sent back, by the names of iptables; "icmp-" is IPv4 (RFC 792, type 3), "icmp6-" is IPv6 (RFC 4443, type 1). */
export type RejectWith = keyof typeof nftRejects;

/** One rule for TCP segments. Rules of a hook are asked in order; what none decides passes. */
export interface FirewallRule {
  readonly hook: 'input' | 'output' | 'forward';
  /** Default: both, or the one that an address or an ICMP type implies. */
  readonly family?: Family;
  /** Address or prefix. */
  readonly from?: string;
  readonly to?: string;
  readonly sourcePort?: number;
  readonly destinationPort?: number;
  /** Exactly these of SYN, ACK, FIN and RST: "S" a SYN, "S." a SYN-ACK, "." a bare ACK or data, "R", "F." ... */
  readonly flags?: string;
  /** What connection tracking says of the segment. */
  readonly connection?: 'new' | 'established' | 'invalid';
  readonly verdict: 'accept' | 'drop' | RejectWith;
}

/** In the words of nft. */
const nftRejects = {
  'tcp-reset': 'tcp reset',
  'icmp-net-unreachable': 'icmp type net-unreachable',
  'icmp-host-unreachable': 'icmp type host-unreachable',
  'icmp-proto-unreachable': 'icmp type prot-unreachable',
  'icmp-port-unreachable': 'icmp type port-unreachable',
  'icmp-net-prohibited': 'icmp type net-prohibited',
  'icmp-host-prohibited': 'icmp type host-prohibited',
  'icmp-admin-prohibited': 'icmp type admin-prohibited',
  'icmp6-no-route': 'icmpv6 type no-route',
  'icmp6-adm-prohibited': 'icmpv6 type admin-prohibited',
  'icmp6-addr-unreachable': 'icmpv6 type addr-unreachable',
  'icmp6-port-unreachable': 'icmpv6 type port-unreachable',
} as const;

const hooks = ['input', 'output', 'forward'] as const;
const allFamilies: readonly Family[] = ['ipv4', 'ipv6'];
const consideredFlags = ['syn', 'ack', 'fin', 'rst'] as const;
const flagLetters = { syn: 'S', ack: '.', fin: 'F', rst: 'R' } as const;

/**
 * Replaces all rules the lab has set in this namespace by these; none: everything passes. By nft, or where that is not
 * installed by iptables and ip6tables. Throws HalfopenError with their words, or naming the Debian package.
 */
export function setFirewall(namespace: LabNamespace, rules: readonly FirewallRule[]): void {
  if (firewallTool() === 'nft') {
    nft(namespace, nftRuleset(rules));
    return;
  }
  for (const family of allFamilies) {
    const command = family === 'ipv4' ? 'iptables-restore' : 'ip6tables-restore';
    if (isInstalled(command)) namespace.run(command, [], iptablesRuleset(rules, family));
  }
}

/** Which one `setFirewall` uses; throws HalfopenError when neither is installed. */
export function firewallTool(): 'nft' | 'iptables' {
  if (isInstalled('nft')) return 'nft';
  if (isInstalled('iptables-restore')) return 'iptables';
  throw new HalfopenError(exitCodes.cannotObserve, {
    attempted: 'run',
    on: 'nft',
    said: 'neither nft nor iptables is installed',
    remedy: howToInstall('nft'),
  });
}

/**
 * Loads an nft ruleset inside the namespace, e.g. "table inet lab { chain in { type filter hook input priority 0;
 * tcp dport 80 drop; }; }" (nft wants a semicolon or a new line after an inner brace); for what `setFirewall` cannot say.
 * Throws HalfopenError with nft's words, or naming the Debian package when it is missing.
 */
export function nft(namespace: LabNamespace, ruleset: string): void {
  namespace.run('nft', ['-f', '-'], ruleset);
}

/** One transaction: declared, so that it can be deleted whether it was there or not, then made anew. */
export function nftRuleset(rules: readonly FirewallRule[]): string {
  const chains = hooks.map((hook) => {
    const lines = rules.filter((rule) => rule.hook === hook).flatMap(nftRules);
    return `chain ${hook} {\ntype filter hook ${hook} priority 0;\n${lines.join('\n')}\n}`;
  });
  return `table inet hop\ndelete table inet hop\ntable inet hop {\n${chains.join('\n')}\n}\n`;
}

/** For iptables-restore or ip6tables-restore, which replace the whole table at once. */
export function iptablesRuleset(rules: readonly FirewallRule[], family: Family): string {
  const chains = hooks.map((hook) => `:${hook.toUpperCase()} ACCEPT [0:0]`);
  const lines = rules.filter((rule) => familiesOf(rule).includes(family)).map(iptablesRule);
  return `${['*filter', ...chains, ...lines, 'COMMIT'].join('\n')}\n`;
}

function nftRules(rule: FirewallRule): string[] {
  const families = familiesOf(rule);
  const words = families.length === 1 ? [`meta nfproto ${families[0]}`] : [];
  const ip = families[0] === 'ipv4' ? 'ip' : 'ip6';
  if (rule.from) words.push(`${ip} saddr ${rule.from}`);
  if (rule.to) words.push(`${ip} daddr ${rule.to}`);
  if (rule.connection) words.push(`ct state ${rule.connection}`);
  words.push('meta l4proto tcp');
  if (rule.sourcePort !== undefined) words.push(`tcp sport ${rule.sourcePort}`);
  if (rule.destinationPort !== undefined) words.push(`tcp dport ${rule.destinationPort}`);
  if (rule.flags !== undefined) {
    const set = flagsIn(rule.flags).join('|') || '0';
    words.push(`tcp flags & (${consideredFlags.join('|')}) == ${set}`);
  }
  words.push(
    rule.verdict === 'accept' || rule.verdict === 'drop'
      ? rule.verdict
      : `reject with ${nftRejects[rule.verdict]}`,
  );
  return families.length === 0 ? [] : [words.join(' ')];
}

function iptablesRule(rule: FirewallRule): string {
  const words = [`-A ${rule.hook.toUpperCase()} -p tcp`];
  if (rule.from) words.push(`-s ${rule.from}`);
  if (rule.to) words.push(`-d ${rule.to}`);
  if (rule.connection) words.push(`-m conntrack --ctstate ${rule.connection.toUpperCase()}`);
  if (rule.sourcePort !== undefined) words.push(`--sport ${rule.sourcePort}`);
  if (rule.destinationPort !== undefined) words.push(`--dport ${rule.destinationPort}`);
  if (rule.flags !== undefined) {
    const set = flagsIn(rule.flags).join(',').toUpperCase() || 'NONE';
    words.push(`--tcp-flags ${consideredFlags.join(',').toUpperCase()} ${set}`);
  }
  const isPlain = rule.verdict === 'accept' || rule.verdict === 'drop';
  words.push(isPlain ? `-j ${rule.verdict.toUpperCase()}` : `-j REJECT --reject-with ${rule.verdict}`);
  return words.join(' ');
}

/** Empty for a rule that contradicts itself, such as an IPv6 address with an ICMPv4 type. */
function familiesOf({ family, from, to, verdict }: FirewallRule): readonly Family[] {
  const implied = [from, to].flatMap((address) => (address === undefined ? [] : [familyOf(address)]));
  if (verdict.startsWith('icmp-')) implied.push('ipv4');
  if (verdict.startsWith('icmp6-')) implied.push('ipv6');
  return (family ? [family] : allFamilies).filter((one) => implied.every((other) => other === one));
}

function familyOf(address: string): Family {
  return address.includes(':') ? 'ipv6' : 'ipv4';
}

function flagsIn(flags: string): string[] {
  return consideredFlags.filter((flag) => flags.includes(flagLetters[flag]));
}
