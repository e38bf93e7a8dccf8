import { formatDurationMs } from '../../base/units.ts';
import type { Remedy } from '../../tcp/finding.ts';
import { numericSysctl } from '../evidence.ts';
import { type CommandPlace, namespaceCommand } from '../namespace-command.ts';
import type { RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';
import { connectTimeoutMs } from './syn-timeline.ts';
import type { TimeoutCause } from './timeout-cause.ts';
import type { UnansweredConnects } from './unanswered-connects.ts';

export function timeoutRemedies(
  view: RuleView,
  connects: UnansweredConnects,
  cause: TimeoutCause,
): readonly Remedy[] {
  const { address, port } = connects;
  if (cause.id === 'accept-queue-full') return [readOtherFinding, clientTimeout, idleKnobs];
  if (cause.id === 'never-left' || cause.id === 'no-neighbour')
    return [lookHere(view, address), clientTimeout, idleKnobs];
  return [askThere(port), traceSyns(view, address, port), clientTimeout, ...shorterRetries(view), idleKnobs];
}

export function askThere(port: number): Remedy {
  return {
    kind: 'process',
    summary: 'tell the causes apart on the destination: does the SYN arrive there, and is its queue full?',
    command: `tcpdump -ni any 'tcp port ${port} and tcp[tcpflags] & tcp-syn != 0'; ss -ltn 'sport = :${port}'; nft list ruleset`,
    effect: `no SYN arrives: route or firewall on the way; it arrives and Recv-Q > Send-Q: full accept queue; it arrives and nothing else: a DROP rule there`,
    risk: 'none: reading only',
  };
}

export function traceSyns(place: CommandPlace, address: string, port: number): Remedy {
  return {
    kind: 'process',
    summary: 'see how far a SYN gets',
    command: namespaceCommand(place, `traceroute -n -T -p ${port} ${address}`),
    effect: 'the last hop that answers is in front of what drops it',
    risk: 'none: a few SYNs',
  };
}

export function lookHere(view: RuleView, address: string): Remedy {
  return {
    kind: 'process',
    summary: 'look at the way out: route, neighbour, and OUTPUT rules',
    command: namespaceCommand(view, `sh -c 'ip route get ${address}; ip neigh; nft list ruleset'`),
    effect: 'FAILED or INCOMPLETE is a next hop that is down; a drop rule in an output chain names itself',
    risk: 'none: reading only',
  };
}

const readOtherFinding: Remedy = {
  kind: 'application',
  summary: 'fix the listener: its own finding says why nobody accepts',
  command: 'halfopen explain accept-queue-overflow',
  effect: 'waiting clients get in with their next SYN',
  risk: '',
};

export const clientTimeout: Remedy = {
  kind: 'application',
  summary:
    'give the program a connect timeout of a few seconds and let it try another address: the kernel’s own is minutes',
  command: 'setsockopt(TCP_USER_TIMEOUT) in ms, or the client’s own option (curl --connect-timeout 5)',
  effect: 'it notices in seconds; SYNs are sent at 0, 1, 2, 3 ... s, so that 3 s give three of them a chance',
  risk: 'too short a timeout fails on a single lost SYN',
};

const FEW_SYN_RETRIES = 3;

/** The kernel reads it at each timeout of a SYN (tcp_write_timeout()), so that attempts under way follow it too. */
function shorterRetries(view: RuleView): readonly Remedy[] {
  const now = numericSysctl(view, 'net.ipv4.tcp_syn_retries');
  if (now !== undefined && now <= FEW_SYN_RETRIES) return [];
  const linearTimeouts = numericSysctl(view, 'net.ipv4.tcp_syn_linear_timeouts') ?? 0;
  return [
    {
      kind: 'sysctl',
      summary: 'where the program has no timeout of its own: fewer SYN retries for this namespace',
      ...settingChange(view, {
        sysctls: { 'net.ipv4.tcp_syn_retries': FEW_SYN_RETRIES },
        why: 'an attempt then ends before a person or a request gives up, after several SYNs',
        optional: true,
      }),
      effect: `connect() fails after about ${formatDurationMs(connectTimeoutMs(FEW_SYN_RETRIES, linearTimeouts))}; attempts that have lasted longer already end at their next SYN`,
      risk: 'applies to every program of the namespace, also where patience is right',
    },
  ];
}

export const idleKnobs: Remedy = {
  kind: 'none',
  idle: ['backlog', 'net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog', 'net.ipv4.tcp_syn_retries'],
  summary:
    'raising backlog, somaxconn or tcp_max_syn_backlog on this side changes nothing: the SYNs are ours and go unanswered elsewhere; tcp_syn_retries is a client’s setting and helps no server',
  command: '',
  effect: '',
  risk: '',
};
