import { formatCount, formatDurationMs, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, Severity } from '../../tcp/finding.ts';
import type { EstablishedSummary } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { deadPeerGroups } from '../dead-peers/dead-peer-groups.ts';
import { listenerName, listenersOf, sysctl } from '../evidence.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { ownersOfSockets, type SocketOwner, withOwners } from '../socket-groups/socket-owners.ts';

const SEVERAL = 3;
const MANY = 100;
const MOST_SERVICES = 8;
/** A web server's idle connections live for a minute or so; what has been silent for longer waits for something else. */
const LONG_MS = 15 * 60_000;

/** Idle connections without any timer: if the peer vanishes, nobody here will ever notice. */
export const noKeepalive = defineRule({
  id: 'no-keepalive',
  summary: 'idle connections have no keepalive: a peer that vanished would never be noticed',
  needs: ['sockets'],
  scope: 'namespace',
  judge: (view) => {
    const summaries = readingValue(view.namespace.sockets)?.after.established ?? [];
    const findings = summaries.filter(isWorthALine).map((summary) => describe(view, summary));
    const notes = findings.filter(({ severity }) => severity === 'info');
    if (notes.length < 2) return { findings };
    const alarms = findings.filter(({ severity }) => severity !== 'info');
    return { findings: [...alarms, describeTogether(view, summaries.filter(isWorthALine), notes)] };
  },
});

function isWorthALine({ idleWithoutTimer, longestIdleMs }: EstablishedSummary): boolean {
  return idleWithoutTimer.s5 >= SEVERAL || longestIdleMs >= LONG_MS;
}

/** Where nothing is wrong yet, one line for the namespace: each port has its evidence. */
function describeTogether(
  view: RuleView,
  summaries: readonly EstablishedSummary[],
  notes: readonly Finding[],
): Finding {
  const quiet = summaries.filter((summary) => severityOf(view, summary) === 'info');
  const count = quiet.reduce((sum, { idleWithoutTimer }) => sum + idleWithoutTimer.s5, 0);
  const [first] = notes;
  return {
    id: 'no-keepalive',
    severity: 'info',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { namespace: view.namespace.names[0] ?? String(view.namespace.inode) },
    title: `${plural(count, 'idle connection')} of ${namespaceText(view)}, on ${plural(notes.length, 'service')}, have no keepalive: a peer that is gone would never be noticed`,
    explanation: first?.explanation ?? '',
    cause: causeOf(0, false),
    evidence: notes.slice(0, MOST_SERVICES).map(({ title }, n) => ({
      source: 'sock_diag',
      name: 'idle',
      value: quiet[n]?.idleWithoutTimer.s5 ?? 0,
      unit: 'connections',
      note: title.replace(/ ha(s|ve) no keepalive.*/, ''),
    })),
    ruledOut: first?.ruledOut ?? [],
    remedies: first?.remedies ?? [],
    experiment: { scenario: 'half-open-no-keepalive', set: {} },
  };
}

function severityOf(view: RuleView, { port, idleWithoutTimer }: EstablishedSummary): Severity {
  return idleWithoutTimer.m15 >= MANY || deadOnPort(view, port) >= SEVERAL ? 'warning' : 'info';
}

function describe(view: RuleView, summary: EstablishedSummary): Finding {
  const { port, idleWithoutTimer: idle, longestIdleMs } = summary;
  const owners = ownersOfSockets(
    view,
    summary.exampleInodes.map((inode) => ({ inode })),
  );
  const dead = deadOnPort(view, port);
  const long = idle.m15 >= MANY;
  const name = port === 0 ? 'other hosts' : listenerNames(view, port);
  const where = port === 0 ? 'from here to other hosts' : `to ${withOwners(name, owners)}`;
  const count = idle.s5;
  const vanished =
    dead > 0
      ? `, and ${plural(dead, 'peer')} of the same port ${dead === 1 ? 'has' : 'have'} already vanished`
      : '';
  return {
    id: 'no-keepalive',
    severity: severityOf(view, summary),
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: subject(port, name, owners),
    title: `${plural(count, 'idle connection')} ${where} ${count === 1 ? 'has' : 'have'} no keepalive${vanished}: a peer that is gone would never be noticed`,
    explanation: `An idle connection costs no packets, so that a peer which lost power, network or NAT entry leaves it ESTABLISHED for ever. Only SO_KEEPALIVE (or a timeout of the program) finds out, and no timer is armed on these. That alone is no fault: the program may have an idle timeout of its own.`,
    cause: causeOf(dead, long),
    evidence: evidenceFor(view, summary, longestIdleMs),
    ruledOut: [
      {
        id: 'keepalive-sysctls',
        because: 'they only say when probes start on sockets that have SO_KEEPALIVE',
      },
    ],
    remedies: remedies(view),
    experiment: { scenario: 'half-open-no-keepalive', set: {} },
  };
}

/** Connections of the port whose silence is proven, since something was sent on them. Outgoing ones go to unrelated peers. */
function deadOnPort(view: RuleView, port: number): number {
  if (port === 0) return 0;
  const groups = deadPeerGroups(view).filter(({ side }) => side.kind !== 'outgoing' && side.port === port);
  return groups.reduce((sum, group) => sum + group.open, 0);
}

/** Established sockets are counted per port: with several listeners on it they are named together. */
function listenerNames(view: RuleView, port: number): string {
  const names = new Set(
    listenersOf(view)
      .filter((listener) => listener.port === port)
      .map(listenerName),
  );
  return names.size === 0 || names.size > 2 ? `port ${port}` : [...names].join(' and ');
}

function subject(port: number, name: string, owners: readonly SocketOwner[]): Record<string, string> {
  const [owner] = owners;
  return {
    ...(port === 0 ? { direction: 'outgoing' } : { listener: name }),
    ...(owner ? { pid: String(owner.pid) } : {}),
    ...(owner?.process ? { process: owner.process.name } : {}),
  };
}

function causeOf(dead: number, long: boolean): Finding['cause'] {
  if (dead >= SEVERAL)
    return {
      id: 'peers-vanish',
      title: 'peers of this port do vanish, and the program has not asked for keepalive',
    };
  if (long)
    return {
      id: 'long-idle',
      title:
        'many connections have been silent for a quarter of an hour, and the program has not asked for keepalive',
    };
  return { id: 'no-so-keepalive', title: 'the program has not asked for keepalive (SO_KEEPALIVE)' };
}

function evidenceFor(
  view: RuleView,
  { total, withoutTimer, keepalive, idleWithoutTimer: idle }: EstablishedSummary,
  longestIdleMs: number,
): readonly Evidence[] {
  const time = sysctl(view, 'net.ipv4.tcp_keepalive_time');
  return [
    {
      source: 'sock_diag',
      name: 'idle',
      value: idle.s5,
      unit: 'connections',
      note: `${formatCount(idle.s5)} silent for 5 s, ${formatCount(idle.s60)} for a minute, ${formatCount(idle.m15)} for 15 min, ${formatCount(idle.h2)} for 2 h; of ${formatCount(total)} established`,
    },
    {
      source: 'sock_diag',
      name: 'longestIdle',
      value: longestIdleMs,
      unit: 'ms',
      note: formatDurationMs(longestIdleMs),
    },
    {
      source: 'sock_diag',
      name: 'keepalive',
      value: keepalive,
      unit: 'connections',
      note: `armed on ${formatCount(keepalive)}, no timer at all on ${formatCount(withoutTimer)}`,
    },
    ...(time === undefined
      ? []
      : [
          {
            source: 'sysctl',
            name: 'net.ipv4.tcp_keepalive_time',
            value: Number(time),
            unit: 's',
            note: `${time} s, but only for sockets with SO_KEEPALIVE`,
          },
        ]),
  ];
}

function remedies(view: RuleView): readonly Remedy[] {
  const time = sysctl(view, 'net.ipv4.tcp_keepalive_time') ?? '7200';
  return [
    {
      kind: 'application',
      summary:
        'turn keepalive on in the program: setsockopt(SO_KEEPALIVE) on the listener (accepted sockets inherit it), nginx: listen ... so_keepalive=60s:10s:3, HAProxy: option clitcpka, sshd: TCPKeepAlive yes',
      command: '',
      effect:
        'a vanished peer is noticed after idle + probes × interval; also keeps the entry of NATs and firewalls on the way alive',
      risk: 'a packet per idle connection and interval; a load balancer may not count probes as activity',
    },
    {
      kind: 'application',
      summary: 'or close what has been idle for too long (the program’s own idle timeout)',
      command: '',
      effect: 'dead and forgotten connections go away together',
      risk: 'clients that come back have to reconnect',
    },
    {
      kind: 'none',
      idle: ['net.ipv4.tcp_keepalive_time'],
      summary: `lowering tcp_keepalive_time (${time}) does nothing for these sockets`,
      command: '',
      effect:
        'the tcp_keepalive_* sysctls are the defaults of sockets that have SO_KEEPALIVE; nothing turns it on from outside',
      risk: '',
    },
  ];
}
