import { formatBytes, formatCount, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, Severity } from '../../tcp/finding.ts';
import { readingValue } from '../../tcp/reading.ts';
import { counterRise, globalSysctl } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { defineRule, type Judgement, nothing, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/** The buffers of all TCP sockets together are at the limits of tcp_mem: the kernel shrinks windows, then drops and resets. */
export const tcpMemoryPressure = defineRule({
  id: 'tcp-memory-pressure',
  summary:
    'the buffers of all TCP sockets together reach tcp_mem: windows shrink, segments are dropped, connections reset',
  needs: ['sockstat'],
  scope: 'host',
  judge: (view) => {
    const facts = memoryFacts(view);
    const severity = severityOf(facts);
    if (severity) return { findings: [describe(view, facts, severity)] };
    return facts.limits === undefined ? limitsUnknown : nothing;
  },
});

const limitsUnknown: Judgement = {
  findings: [],
  unknowns: [
    {
      rule: 'tcp-memory-pressure',
      missing: 'net.ipv4.tcp_mem',
      because:
        'it can be read in the initial network namespace only, which was not observed (--netns all, as root)',
    },
  ],
};

interface MemoryFacts {
  /** Pages of the whole kernel, the larger of both ends: sockstat shows the same number in every namespace. */
  readonly pages: number;
  /** tcp_mem: pressure ends below `low`, begins above `pressure`; above `high` nothing more is given. */
  readonly limits: { readonly low: number; readonly pressure: number; readonly high: number } | undefined;
  /** Times pressure began in the window, in all namespaces seen. */
  readonly began: number;
  readonly aborted: number;
  /** Segments thrown away to make room: in the receive queue, and on arrival. */
  readonly pruned: number;
  readonly loggedNow: string | undefined;
}

function memoryFacts(view: RuleView): MemoryFacts {
  const { observation } = view;
  const sockstat = readingValue(view.namespace.sockstat);
  const [low, pressure, high] = (globalSysctl(view, 'net.ipv4.tcp_mem') ?? '').split(/\s+/).map(Number);
  const known = low !== undefined && pressure !== undefined && high !== undefined;
  const sum = (...names: readonly string[]): number =>
    observation.namespaces
      .flatMap((namespace) => names.map((name) => counterRise({ observation, namespace }, name) ?? 0))
      .reduce((total, risen) => total + risen, 0);
  const log = readingValue(observation.kernelLog) ?? [];
  return {
    pages: Math.max(sockstat?.before['TCP.mem'] ?? 0, sockstat?.after['TCP.mem'] ?? 0),
    limits: known ? { low, pressure, high } : undefined,
    began: sum('TcpExt.TCPMemoryPressures'),
    aborted: sum('TcpExt.TCPAbortOnMemory'),
    pruned: sum('TcpExt.RcvPruned', 'TcpExt.OfoPruned', 'TcpExt.TCPRcvQDrop'),
    loggedNow: log.find((event) => event.kind === 'tcp-memory' && event.inWindow)?.line,
  };
}

/**
 * RcvPruned and PruneCalled alone prove nothing: a single slow reader moves them at the limit of its own receive buffer. So does
 * TCPAbortOnMemory, which also counts for tcp_max_orphans.
 */
function severityOf({ pages, limits, began, aborted, loggedNow }: MemoryFacts): Severity | undefined {
  const underPressure = limits !== undefined && pages >= limits.pressure;
  const exhausted = limits !== undefined && pages >= limits.high;
  if (loggedNow !== undefined || exhausted || (underPressure && aborted > 0)) return 'critical';
  return underPressure || began > 0 ? 'warning' : undefined;
}

function describe(view: RuleView, facts: MemoryFacts, severity: Severity): Finding {
  const { pages, limits } = facts;
  const bytes = (count: number): string => formatBytes(count * view.observation.host.pageSizeBytes);
  const critical = severity === 'critical';
  const of = limits ? ` of ${bytes(limits.high)}` : '';
  return {
    id: 'tcp-memory-pressure',
    severity,
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { sysctl: 'net.ipv4.tcp_mem' },
    title: `TCP buffers hold ${bytes(pages)}${of} that tcp_mem allows: ${critical ? 'segments are dropped and connections reset for want of memory' : 'the kernel is under memory pressure and shrinks windows'}`,
    explanation:
      'tcp_mem limits the buffers of all TCP sockets of all namespaces together, in pages. Above the second number the kernel stops growing windows and throws away what arrived out of order; above the third it refuses memory, so that data is dropped and connections that close are reset. Usually a few programs that do not read, or peers that do not acknowledge, hold most of it.',
    cause: critical
      ? { id: 'memory-exhausted', title: 'TCP memory is used up' }
      : { id: 'memory-pressure', title: 'TCP memory is above its pressure mark, or was in this window' },
    evidence: evidenceFor(facts, bytes),
    ruledOut: [],
    remedies: remediesFor(facts),
    // tcp_mem is the whole machine's.
    experiment: noExperiment,
  };
}

function evidenceFor(facts: MemoryFacts, bytes: (pages: number) => string): readonly Evidence[] {
  const { pages, limits, began, aborted, pruned, loggedNow } = facts;
  const marks = limits
    ? `; pressure from ${formatCount(limits.pressure)}, limit ${formatCount(limits.high)} (${formatShare(pages / limits.high)})`
    : '; tcp_mem could not be read here';
  const counter = (name: string, value: number, note: string): Evidence => ({
    source: '/proc/net/netstat',
    name,
    value,
    unit: 'events',
    note,
  });
  return [
    {
      source: '/proc/net/sockstat',
      name: 'TCP.mem',
      value: pages,
      unit: 'pages',
      note: `${formatCount(pages)} pages (${bytes(pages)})${marks}`,
    },
    counter('TcpExt.TCPMemoryPressures', began, `pressure began ${plural(began, 'time')} in the window`),
    counter(
      'TcpExt.TCPAbortOnMemory',
      aborted,
      `${plural(aborted, 'connection')} reset in the window for want of memory or orphans`,
    ),
    counter(
      'TcpExt.RcvPruned',
      pruned,
      `${plural(pruned, 'segment')} thrown away in the window to make room`,
    ),
    ...(loggedNow === undefined
      ? []
      : [{ source: '/dev/kmsg', name: 'kernelLog', value: loggedNow, unit: '', note: loggedNow }]),
  ];
}

function remediesFor({ limits }: MemoryFacts): readonly Remedy[] {
  const doubled = limits
    ? [limits.low, limits.pressure, limits.high].map((pages) => pages * 2).join(' ')
    : 'LOW PRESSURE HIGH';
  return [
    {
      kind: 'process',
      summary:
        'find the sockets that hold it: large Recv-Q is a program that does not read, large Send-Q a peer that does not acknowledge (in each namespace)',
      command: "ss -tnp | awk 'NR == 1 || $2 + $3 > 100000'",
      effect: 'names the program or the peer; ending or repairing it frees the memory',
      risk: 'none: reading only',
    },
    {
      kind: 'application',
      summary:
        'set TCP_USER_TIMEOUT or a write timeout where peers stop acknowledging, and read (or close) what clients send',
      command: '',
      effect: 'a dead or slow peer no longer keeps its buffers',
      risk: '',
    },
    {
      kind: 'sysctl',
      summary: 'raise tcp_mem, on the host, when the memory is really needed and there',
      ...(limits === undefined
        ? { command: `sysctl -w net.ipv4.tcp_mem="${doubled}"` }
        : settingChange(null, {
            sysctls: { 'net.ipv4.tcp_mem': doubled },
            why: 'twice the present marks',
            optional: true,
          })),
      effect: 'at once; in pages, for the whole kernel',
      risk: 'this memory cannot be swapped: leave enough for everything else',
    },
    {
      kind: 'sysctl',
      summary: 'or let each socket have less: the third number of tcp_rmem and tcp_wmem bounds its buffers',
      command: 'sysctl net.ipv4.tcp_rmem net.ipv4.tcp_wmem',
      effect: 'more connections fit into the same memory, each of them slower over long distances',
      risk: '',
    },
    {
      kind: 'none',
      idle: ['net.core.rmem_max', 'net.core.wmem_max', 'backlog'],
      summary:
        'net.core.rmem_max, wmem_max and the listen backlog change nothing: they do not bound what autotuning uses',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
