import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import type { ConntrackObservation, KernelLogEvent, NamespaceObservation } from '../../tcp/observation.ts';
import { explainMissing, readingValue } from '../../tcp/reading.ts';
import { counterRise, numericSysctl, silentLowerLayers } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { namespaceCommand, namespaceText } from '../namespace-command.ts';
import { defineRule, nothing, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

const NEARLY_FULL = 0.95;

/** The connection tracking table has no room: packets that would open a connection are dropped before any socket sees them. */
export const conntrackFull = defineRule({
  id: 'conntrack-full',
  summary: 'the connection tracking table is full, and the firewall drops what would open a connection',
  // Not `needs`: where connection tracking is not loaded there is nothing to be full.
  needs: [],
  scope: 'namespace',
  judge: (view) => {
    const { conntrack } = view.namespace;
    if (conntrack.status === 'absent') return nothing;
    if (conntrack.status === 'ok') return { findings: judgeTable(view, conntrack.value) };
    const because = explainMissing(conntrack);
    return { findings: [], unknowns: [{ rule: 'conntrack-full', missing: 'conntrack', because }] };
  },
});

interface TableFacts {
  readonly count: number;
  readonly max: number;
  readonly share: number;
  /** Packets dropped for want of an entry; undefined without /proc/net/stat/nf_conntrack. */
  readonly dropped: number | undefined;
  /** Entries thrown out to make room (early_drop()): only ever those of unfinished or one-sided connections. */
  readonly evicted: number | undefined;
  readonly logged: readonly KernelLogEvent[];
}

function judgeTable(view: RuleView, table: ConntrackObservation): readonly Finding[] {
  if (!(table.max > 0)) return []; // 0: no limit.
  const facts = tableFacts(view, table);
  const drops = (facts.dropped ?? 0) > 0 || facts.logged.length > 0;
  const evicts = (facts.evicted ?? 0) > 0;
  if (!drops && !evicts && facts.share < NEARLY_FULL) return [];
  const severity = drops ? 'critical' : 'warning';
  return [describe(view, facts, { severity, drops, evicts })];
}

function tableFacts(view: RuleView, table: ConntrackObservation): TableFacts {
  const count = Math.max(table.count.before, table.count.after);
  const share = count / table.max;
  const risen = (name: string): number | undefined => {
    const [before, after] = [table.stat?.before[name], table.stat?.after[name]];
    return before === undefined || after === undefined ? undefined : after - before;
  };
  const dropped = risen('drop');
  return {
    count,
    max: table.max,
    share,
    // A clash of two packets that open the same connection counts as `drop` and `insert_failed` (nf_ct_resolve_clash()).
    dropped: dropped === undefined ? undefined : Math.max(0, dropped - (risen('insert_failed') ?? 0)),
    evicted: risen('early_drop'),
    logged: loggedFor(view, share),
  };
}

/** Before 2025 kernels do not name the namespace: there the line is its whose table is nearly full, else the host's. */
function loggedFor(view: RuleView, share: number): readonly KernelLogEvent[] {
  const { namespace, observation } = view;
  const others = observation.namespaces.filter((one) => one !== namespace);
  const lines = (readingValue(observation.kernelLog) ?? []).filter(
    (event) => event.kind === 'conntrack-full' && event.inWindow,
  );
  const fits = share >= NEARLY_FULL || (namespace.initial && !others.some(isNearlyFull));
  return lines.filter(({ namespaceInode }) =>
    namespaceInode === undefined ? fits : namespaceInode === namespace.inode,
  );
}

function isNearlyFull({ conntrack }: NamespaceObservation): boolean {
  const table = readingValue(conntrack);
  return table !== undefined && Math.max(table.count.before, table.count.after) >= table.max * NEARLY_FULL;
}

interface Verdict {
  readonly severity: Severity;
  readonly drops: boolean;
  readonly evicts: boolean;
}

function describe(view: RuleView, facts: TableFacts, { severity, drops, evicts }: Verdict): Finding {
  const where = namespaceText(view);
  const fill = `${formatCount(facts.count)} of ${formatCount(facts.max)} entries`;
  const count = facts.dropped ? `${plural(facts.dropped, 'packet')} dropped` : 'the kernel log says so';
  const title = drops
    ? `connection tracking of ${where} is full (${fill}): new connections are dropped, ${count}`
    : evicts
      ? `connection tracking of ${where} is full (${fill}) and throws out half-open connections to let new ones in`
      : `connection tracking of ${where} is nearly full: ${fill}`;
  return {
    id: 'conntrack-full',
    severity,
    confidence: drops && facts.share < NEARLY_FULL && facts.logged.length === 0 ? 'likely' : 'certain',
    namespace: view.namespace.inode,
    subject: { sysctl: 'net.netfilter.nf_conntrack_max', namespace: view.namespace.names[0] ?? where },
    title,
    explanation: explain(drops, evicts),
    cause: drops
      ? { id: 'table-full', title: 'no entry is free, and none can be thrown out to make room' }
      : evicts
        ? { id: 'evicting', title: 'the table is full, mostly of half-open or one-sided connections' }
        : { id: 'nearly-full', title: `${formatShare(facts.share)} of the entries are taken` },
    evidence: evidenceFor(facts),
    ruledOut: ruledOutFor(view),
    remedies: remediesFor(view, facts),
    // nf_conntrack_max is the whole machine's.
    experiment: noExperiment,
  };
}

function explain(drops: boolean, evicts: boolean): string {
  if (drops) {
    return 'Every packet that needs an entry of its own is dropped before it reaches a socket: new connections of all ports and protocols time out, in both directions, while established ones go on. It looks like a full accept queue, but no listener counts a drop.';
  }
  if (evicts) {
    return 'A full table first throws out entries without traffic in both directions. That is what a SYN flood or a scan leaves behind. New connections get in so far; once the entries belong to finished handshakes, they are dropped.';
  }
  return 'When no entry is free, every packet that would open a connection is dropped, of all ports and protocols.';
}

function evidenceFor({ count, max, share, dropped, evicted, logged }: TableFacts): readonly Evidence[] {
  const source = '/proc/net/stat/nf_conntrack';
  const stat = (name: string, value: number | undefined, note: string): Evidence[] =>
    value === undefined ? [] : [{ source, name, value, unit: 'packets', note }];
  const [line] = logged;
  return [
    {
      source: 'sysctl',
      name: 'net.netfilter.nf_conntrack_count',
      value: count,
      unit: 'entries',
      note: `${formatCount(count)} of ${formatCount(max)} (${formatShare(share)})`,
    },
    ...stat('drop', dropped, `${plural(dropped ?? 0, 'packet')} dropped in the window for want of an entry`),
    ...stat(
      'early_drop',
      evicted,
      `${plural(evicted ?? 0, 'entry', 'entries')} thrown out in the window to make room`,
    ),
    ...(line
      ? [{ source: line.source, name: 'kernelLog', value: line.line, unit: '', note: line.line }]
      : []),
  ];
}

function ruledOutFor(view: RuleView): readonly RuledOut[] {
  const quiet = ['TcpExt.ListenDrops', 'TcpExt.ListenOverflows'].every(
    (name) => counterRise(view, name) === 0,
  );
  const listeners = quiet
    ? [
        {
          id: 'accept-queue-overflow',
          because: 'ListenDrops and ListenOverflows stand still: no listener dropped anything',
        },
      ]
    : [];
  return [...listeners, ...silentLowerLayers(view).filter(({ id }) => id !== 'conntrack-full')];
}

/** A power of two of at least twice what is there; an entry is 256 bytes and more, and a hash bucket 8. */
function proposedMax({ max }: TableFacts): number {
  return 2 ** Math.ceil(Math.log2(max * 2));
}

function remediesFor(view: RuleView, facts: TableFacts): readonly Remedy[] {
  const max = proposedMax(facts);
  const megabytes = Math.ceil((max * 320) / 1024 ** 2);
  const halfOpen = (facts.evicted ?? 0) > 0 && !facts.dropped;
  return [
    {
      kind: 'sysctl',
      summary: `raise the limit to ${formatCount(max)}, with the hash table in step; on the host itself, containers may only read it`,
      ...settingChange(null, {
        sysctls: { 'net.netfilter.nf_conntrack_buckets': max, 'net.netfilter.nf_conntrack_max': max },
        why: `${formatCount(facts.count)} of ${formatCount(facts.max)} entries were taken: twice the limit, as a power of two, and one hash bucket for each`,
      }),
      effect: 'at once, and for every namespace: the number is one, each namespace is measured by it alone',
      risk: `up to ${formatCount(megabytes)} MiB of kernel memory for each namespace that fills it`,
    },
    ...(halfOpen || keptForLong(view) ? [soonerGone(view, halfOpen)] : []),
    {
      kind: 'architecture',
      summary: 'do not track what needs no tracking, say a busy public port without NAT',
      command: namespaceCommand(
        view,
        "nft 'add table inet untracked { chain in { type filter hook prerouting priority raw; tcp dport 443 notrack; }; chain out { type filter hook output priority raw; tcp sport 443 notrack; }; }'",
      ),
      effect: 'these connections take no entry',
      risk: 'rules with ct state no longer see them: accept the port explicitly',
    },
    {
      kind: 'none',
      idle: ['net.core.somaxconn', 'net.ipv4.tcp_max_syn_backlog', 'backlog'],
      summary:
        'somaxconn, tcp_max_syn_backlog and the listen backlog change nothing: the packets never get that far',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}

const TIMEOUT = 'net.netfilter.nf_conntrack_tcp_timeout';
const DAY_S = 86_400;

function keptForLong(view: RuleView): boolean {
  return (numericSysctl(view, `${TIMEOUT}_established`) ?? 5 * DAY_S) > DAY_S;
}

function soonerGone(view: RuleView, halfOpen: boolean): Remedy {
  return {
    kind: 'sysctl',
    summary: halfOpen
      ? 'let half-open entries go sooner: by default they stay for 1 to 2 minutes'
      : 'let dead entries go sooner: by default an idle established connection stays for 5 days',
    ...settingChange(view, {
      sysctls: halfOpen
        ? { [`${TIMEOUT}_syn_sent`]: 20, [`${TIMEOUT}_syn_recv`]: 20 }
        : { [`${TIMEOUT}_established`]: DAY_S },
      why: halfOpen
        ? 'a handshake that takes longer than 20 s has failed'
        : 'a day of silence instead of five; keepalive (2 h by default) keeps what lives',
      optional: true,
    }),
    effect: 'for entries that see a packet from now on',
    risk: halfOpen
      ? 'clients that need longer for a handshake are taken for new ones'
      : 'connections that are silent for longer are taken for new ones; through NAT they break',
  };
}
