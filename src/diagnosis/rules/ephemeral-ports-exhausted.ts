import { formatEndpoint, isLoopback, unmapIpv4 } from '../../base/ip-text.ts';
import { formatCount, formatShare } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut } from '../../tcp/finding.ts';
import type { DestinationUse } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { counterEvidence, counterRise, listenersOf, numericSysctl, perSecond, sysctl } from '../evidence.ts';
import { portsExperiment } from '../experiment/closing-experiments.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { type SettingChange, settingChange } from '../setting-change.ts';
import { type LocalPortRange, localPortRange, withPorts } from '../socket-groups/local-port-range.ts';
import { ownersOfSockets, ownersText } from '../socket-groups/socket-owners.ts';

const USED_UP = 0.98;
const NEARLY = 0.8;

/** One destination takes (nearly) all local ports: connect() to it fails with EADDRNOTAVAIL. */
export const ephemeralPortsExhausted = defineRule({
  id: 'ephemeral-ports-exhausted',
  summary:
    'outgoing connections to one destination use up the local ports: connect() fails with EADDRNOTAVAIL',
  needs: ['sockets', 'sysctls'],
  scope: 'namespace',
  judge: (view) => {
    const range = localPortRange(view);
    return { findings: crowded(view).flatMap((use) => judgeDestination(view, use, range)) };
  },
});

/** Destinations that hold half of the local ports or more. */
function crowded(view: RuleView): readonly DestinationUse[] {
  return readingValue(view.namespace.sockets)?.after.destinations ?? [];
}

function judgeDestination(view: RuleView, use: DestinationUse, range: LocalPortRange): readonly Finding[] {
  const share = use.localPorts / range.usable;
  if (share < NEARLY) return [];
  const canReuse = reusesTimeWait(view, use);
  const tooFast = canReuse && share >= USED_UP && reuseSpeed(view, range) >= NEARLY;
  const reusable = canReuse && !tooFast ? use.timeWait : 0;
  const blockedShare = (use.localPorts - reusable) / range.usable;
  const exhaustion = { use, range, share, reusable, tooFast };
  // Ports in TIME_WAIT that connect() may take over block nobody for longer than a second.
  if (blockedShare < NEARLY) return share >= USED_UP ? [describe(view, exhaustion, 'info')] : [];
  return [describe(view, exhaustion, blockedShare >= USED_UP ? 'critical' : 'warning')];
}

/** A port may be taken over once in each tcp_tw_reuse_delay (a second before Linux 6.14): how much of that pace is in use. */
function reuseSpeed(view: RuleView, range: LocalPortRange): number {
  const delayMs = numericSysctl(view, 'net.ipv4.tcp_tw_reuse_delay') ?? 1000;
  const taken = perSecond(view, counterRise(view, 'TcpExt.TWRecycled') ?? 0);
  return (taken * delayMs) / 1000 / range.usable;
}

/**
 * tcp_twsk_unique(): connect() takes over a port in TIME_WAIT that is more than a second old when tcp_tw_reuse is 1, or 2 (the default)
 * and the connection is on loopback; and only when both sides used timestamps.
 */
function reusesTimeWait(view: RuleView, use: DestinationUse): boolean {
  if (numericSysctl(view, 'net.ipv4.tcp_timestamps') === 0) return false;
  const reuse = numericSysctl(view, 'net.ipv4.tcp_tw_reuse') ?? 0;
  return reuse === 1 || (reuse === 2 && isLoopback(use.remoteAddress) && isLoopback(use.localAddress));
}

interface Exhaustion {
  readonly use: DestinationUse;
  readonly range: LocalPortRange;
  readonly share: number;
  /** Ports in TIME_WAIT that may be taken over. */
  readonly reusable: number;
  /** They are taken over, but no faster than the kernel allows. */
  readonly tooFast: boolean;
}

function describe(view: RuleView, exhaustion: Exhaustion, severity: Finding['severity']): Finding {
  const { use, range, share, tooFast } = exhaustion;
  const destination = formatEndpoint(unmapIpv4(use.remoteAddress), use.remotePort);
  const owners = ownersOfSockets(view, [{ inode: use.exampleInode }]);
  const who = owners.length === 0 ? '' : ` (${ownersText(owners)})`;
  const ports = share >= USED_UP ? 'all' : formatShare(share);
  const mostlyTimeWait = use.timeWait * 2 >= use.localPorts;
  const [owner] = owners;
  return {
    id: 'ephemeral-ports-exhausted',
    severity,
    // The pace is counted for the namespace: with several such destinations it may be the other one's.
    confidence: tooFast && crowded(view).length > 1 ? 'likely' : 'certain',
    namespace: view.namespace.inode,
    subject: {
      destination,
      source: unmapIpv4(use.localAddress),
      ...(owner ? { pid: String(owner.pid) } : {}),
      ...(owner?.process ? { process: owner.process.name } : {}),
    },
    title: titleFor(
      severity,
      `connections from ${unmapIpv4(use.localAddress)} to ${destination}${who}`,
      ports,
      range,
    ),
    explanation: `A connection is told apart by both addresses and both ports; towards one destination only the local port varies, and net.ipv4.ip_local_port_range=${range.from}-${range.to} offers ${formatCount(range.usable)}. When none is free, connect() fails at once with EADDRNOTAVAIL, without a packet and without any counter. Other destinations are not affected.`,
    cause: tooFast
      ? {
          id: 'reuse-too-slow',
          title:
            'connections come faster than ports in TIME_WAIT may be taken over: each once a second (tcp_tw_reuse_delay)',
        }
      : mostlyTimeWait
        ? {
            id: 'time-wait',
            title: 'short connections, closed from here: each holds its port for 60 s more (TIME_WAIT)',
          }
        : { id: 'open-connections', title: 'so many connections are open at the same time' },
    evidence: evidenceFor(view, exhaustion),
    ruledOut: ruledOutFor(use, mostlyTimeWait),
    remedies: remediesFor(view, exhaustion, mostlyTimeWait),
    experiment: portsExperiment(view, {
      usablePorts: range.usable,
      mostlyTimeWait,
      tooFast,
      loopback: isLoopback(use.remoteAddress) && isLoopback(use.localAddress),
    }),
  };
}

function titleFor(severity: Finding['severity'], who: string, ports: string, range: LocalPortRange): string {
  const use = `${who} use ${ports}${ports === 'all' ? '' : ' of the'} ${formatCount(range.usable)} local ports`;
  if (severity === 'critical') return `${use}: new ones fail (EADDRNOTAVAIL)`;
  if (severity === 'warning') return `${use}: soon new ones will fail (EADDRNOTAVAIL)`;
  return `${use}, most of them in TIME_WAIT that new connections may take over`;
}

function evidenceFor(view: RuleView, { use, range, reusable, tooFast }: Exhaustion): readonly Evidence[] {
  const reuse = numericSysctl(view, 'net.ipv4.tcp_tw_reuse');
  const takeOver =
    reusable > 0 || tooFast ? 'taken over by new connections after a second' : 'not taken over here';
  return [
    {
      source: 'sock_diag',
      name: 'localPorts',
      value: use.localPorts,
      unit: 'ports',
      note: `${formatCount(use.localPorts)} of ${formatCount(range.usable)} to this destination`,
    },
    {
      source: 'sock_diag',
      name: 'timeWait',
      value: use.timeWait,
      unit: 'ports',
      note: `${formatCount(use.timeWait)} in TIME_WAIT, ${formatCount(use.established)} established`,
    },
    {
      source: 'sysctl',
      name: 'net.ipv4.ip_local_port_range',
      value: `${range.from} ${range.to}`,
      unit: '',
      note: `${range.from} to ${range.to}, ${formatCount(range.usable)} usable`,
    },
    ...(reuse === undefined
      ? []
      : [
          ...(tooFast ? [counterEvidence(view, 'TcpExt.TWRecycled')] : []),
          {
            source: 'sysctl',
            name: 'net.ipv4.tcp_tw_reuse',
            value: reuse,
            unit: '',
            note: `${reuse}: TIME_WAIT is ${takeOver}`,
          },
        ]),
  ];
}

function ruledOutFor(use: DestinationUse, mostlyTimeWait: boolean): readonly RuledOut[] {
  return [
    {
      id: 'server-side-time-wait',
      because: 'these sockets are the connecting side; TIME_WAIT at the server takes no port away',
    },
    mostlyTimeWait
      ? {
          id: 'connection-leak',
          because: `only ${formatCount(use.established)} are open, the others have been closed`,
        }
      : { id: 'time-wait', because: `only ${formatCount(use.timeWait)} are in TIME_WAIT` },
  ];
}

/** From 1,024 on (ip_unprivileged_port_start), without the ports that somebody listens on here. */
function widerRange(view: RuleView, range: LocalPortRange): SettingChange {
  const listening = listenersOf(view)
    .map(({ port }) => port)
    .filter((port) => port >= 1024 && port <= 65_000 && (port < range.from || port > range.to));
  const reserved = withPorts(sysctl(view, 'net.ipv4.ip_local_reserved_ports') ?? '', listening);
  return {
    sysctls: {
      ...(listening.length > 0 ? { 'net.ipv4.ip_local_reserved_ports': reserved } : {}),
      'net.ipv4.ip_local_port_range': '1024 65000',
    },
    why: `${formatCount(range.usable)} ports are used up towards one destination; from 1024 to 65000 there are ${formatCount(63_977)}`,
    optional: range.to - range.from >= 28_000,
  };
}

function remediesFor(
  view: RuleView,
  { range, reusable, tooFast }: Exhaustion,
  mostlyTimeWait: boolean,
): readonly Remedy[] {
  const pool: Remedy = {
    kind: 'application',
    summary: mostlyTimeWait
      ? 'keep connections open and use them again: HTTP keep-alive, a connection pool (nginx: keepalive N in the upstream block)'
      : 'bound the number of connections (pool size, queue in front of it), and see that none leaks',
    command: '',
    effect: mostlyTimeWait
      ? 'a request needs no new port'
      : 'requests wait for a connection instead of failing',
    risk: '',
  };
  const reuse: Remedy = {
    kind: 'sysctl',
    summary: 'let outgoing connections take over ports in TIME_WAIT',
    ...settingChange(view, {
      sysctls: { 'net.ipv4.tcp_tw_reuse': 1 },
      why: 'nearly all ports are in TIME_WAIT, which then blocks a port for a second instead of 60',
    }),
    effect: 'ports in TIME_WAIT for more than a second are free again; needs tcp_timestamps on both sides',
    risk: 'small: timestamps protect against late segments of the old connection',
  };
  const addresses: Remedy = {
    kind: 'architecture',
    summary: 'more four-tuples: a second address or port of the destination, or a second source address',
    command: '',
    effect: `each adds another ${formatCount(range.usable)}`,
    risk: 'with bind() before connect() also set IP_BIND_ADDRESS_NO_PORT, else ports are taken for all destinations',
  };
  const widen: Remedy = {
    kind: 'sysctl',
    summary: 'a wider range',
    ...settingChange(view, widerRange(view, range)),
    effect: 'up to 63,977 ports, for this namespace only',
    risk: 'reserve the ports your servers listen on (net.ipv4.ip_local_reserved_ports; the listeners of now are in the command), or they may be taken at start',
  };
  const isNarrow = range.to - range.from < 28_000;
  const idle: Remedy = {
    kind: 'none',
    idle: [
      'net.ipv4.tcp_fin_timeout',
      'net.ipv4.tcp_max_tw_buckets',
      'net.ipv4.tcp_tw_recycle',
      'net.core.somaxconn',
    ],
    summary: 'tcp_fin_timeout, tcp_max_tw_buckets, tcp_tw_recycle and somaxconn do not help',
    command: '',
    effect:
      'TIME_WAIT lasts a constant 60 s, tcp_tw_recycle is gone since Linux 4.12, and the limit is the number of ports',
    risk: '',
  };
  return [
    ...(isNarrow ? [widen] : []),
    pool,
    ...(mostlyTimeWait && reusable === 0 && !tooFast ? [reuse] : []),
    addresses,
    ...(isNarrow ? [] : [widen]),
    idle,
  ];
}
