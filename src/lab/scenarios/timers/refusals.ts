/** How a SYN can be refused, over either IP version. */
import type { ConnectPeer } from '../../../tcp/model/connect-peers.ts';
import type { Family } from '../../../tcp/socket.ts';
import type { RejectWith } from '../../firewall.ts';

export interface Refusal {
  /** What the model calls it. */
  readonly peer: ConnectPeer;
  /** What the firewall does; null: there is none, the port is closed. */
  readonly verdict: RejectWith | null;
  /** The ICMP message; null: a RST. */
  readonly icmp: IcmpMessage | null;
}

export interface IcmpMessage {
  readonly type: number;
  readonly code: number;
}

interface Kind {
  readonly names: readonly string[];
  readonly peer: ConnectPeer;
  readonly ipv4: Answer;
  /** null: IPv6 has nothing like it. */
  readonly ipv6: Answer | null;
}

type Answer = Omit<Refusal, 'peer'>;

/** RFC 792 and RFC 1812 section 5.2.7.1; RFC 4443 section 3.1. The pairs are those of nft's "icmpx", which speaks for both. */
const kinds: readonly Kind[] = [
  { names: ['rst'], peer: 'closed-port', ipv4: reset(null), ipv6: reset(null) },
  { names: ['tcp-reset'], peer: 'closed-port', ipv4: reset('tcp-reset'), ipv6: reset('tcp-reset') },
  {
    names: ['icmp-port-unreachable', 'icmp6-port-unreachable'],
    peer: 'icmp-port-unreachable',
    ipv4: icmp('icmp-port-unreachable', 3, 3),
    ipv6: icmp('icmp6-port-unreachable', 1, 4),
  },
  {
    names: ['icmp-host-unreachable', 'icmp6-addr-unreachable'],
    peer: 'icmp-host-unreachable',
    ipv4: icmp('icmp-host-unreachable', 3, 1),
    ipv6: icmp('icmp6-addr-unreachable', 1, 3),
  },
  {
    names: ['icmp-net-unreachable', 'icmp6-no-route'],
    peer: 'icmp-net-unreachable',
    ipv4: icmp('icmp-net-unreachable', 3, 0),
    ipv6: icmp('icmp6-no-route', 1, 0),
  },
  {
    names: ['icmp-admin-prohibited', 'icmp6-adm-prohibited'],
    peer: 'icmp-admin-prohibited',
    ipv4: icmp('icmp-admin-prohibited', 3, 13),
    ipv6: icmp('icmp6-adm-prohibited', 1, 1),
  },
  {
    names: ['icmp-host-prohibited'],
    peer: 'icmp-host-prohibited',
    ipv4: icmp('icmp-host-prohibited', 3, 10),
    ipv6: icmp('icmp6-adm-prohibited', 1, 1),
  },
  {
    names: ['icmp-net-prohibited'],
    peer: 'icmp-net-prohibited',
    ipv4: icmp('icmp-net-prohibited', 3, 9),
    ipv6: icmp('icmp6-adm-prohibited', 1, 1),
  },
  {
    names: ['icmp-proto-unreachable'],
    peer: 'icmp-proto-unreachable',
    ipv4: icmp('icmp-proto-unreachable', 3, 2),
    ipv6: null,
  },
];

export const refusalNames: readonly string[] = kinds.flatMap(({ names }) => names);

/** Undefined: unknown, or nothing this IP version has. A name of the other IP version stands for its equivalent. */
export function refusalOf(name: string, family: Family): Refusal | undefined {
  const kind = kinds.find(({ names }) => names.includes(name));
  const answer = kind?.[family];
  return kind && answer ? { peer: kind.peer, ...answer } : undefined;
}

function reset(verdict: RejectWith | null): Answer {
  return { verdict, icmp: null };
}

function icmp(verdict: RejectWith, type: number, code: number): Answer {
  return { verdict, icmp: { type, code } };
}
