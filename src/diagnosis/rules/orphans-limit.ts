import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, Severity } from '../../tcp/finding.ts';
import type { NamespaceObservation } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { counterRise, globalSysctl } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { fewerOrphanRetries } from '../fewer-orphan-retries.ts';
import { namespaceCommand, namespaceText } from '../namespace-command.ts';
import { defineRule, type Judgement, nothing, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/**
 * tcp_out_of_resources() counts an orphan twice or four times when its peer has not answered for long or is unreachable, so that such
 * ones are ended from half and from a quarter of the limit on.
 */
const HALF = 0.5;
const QUARTER = 0.25;

/** Too many connections without a process: the kernel resets further ones instead of closing them in order. */
export const orphansLimit = defineRule({
  id: 'orphans-limit',
  summary: 'closed connections that nobody owns any more reach tcp_max_orphans, and the kernel resets them',
  needs: ['sockstat'],
  scope: 'host',
  judge: (view) => {
    const facts = orphanFacts(view);
    const severity = severityOf(facts);
    if (severity) return { findings: [describe(view, facts, severity)] };
    return facts.limit === undefined ? limitUnknown : nothing;
  },
});

const limitUnknown: Judgement = {
  findings: [],
  unknowns: [
    {
      rule: 'orphans-limit',
      missing: 'net.ipv4.tcp_max_orphans',
      because:
        'it can be read in the initial network namespace only, which was not observed (--netns all, as root)',
    },
  ],
};

interface OrphanFacts {
  /** Of the whole kernel: sockstat shows the same number in every namespace (tcp_orphan_count_sum()). */
  readonly orphans: number;
  readonly limit: number | undefined;
  readonly share: number;
  readonly loggedNow: string | undefined;
  /** TCPAbortOnMemory of all namespaces seen: resets for want of orphans or of memory. */
  readonly aborted: number;
  readonly home: { readonly namespace: NamespaceObservation; readonly closing: number } | undefined;
}

function orphanFacts(view: RuleView): OrphanFacts {
  const { observation } = view;
  const sockstat = readingValue(view.namespace.sockstat);
  const orphans = Math.max(sockstat?.before['TCP.orphan'] ?? 0, sockstat?.after['TCP.orphan'] ?? 0);
  const maxOrphans = globalSysctl(view, 'net.ipv4.tcp_max_orphans');
  const limit = maxOrphans === undefined ? undefined : Number(maxOrphans);
  const log = readingValue(observation.kernelLog) ?? [];
  const closing = observation.namespaces.map((namespace) => ({ namespace, closing: closingIn(namespace) }));
  const [home] = closing.filter((one) => one.closing > 0).sort((a, b) => b.closing - a.closing);
  return {
    orphans,
    limit,
    share: limit === undefined || limit === 0 ? 0 : orphans / limit,
    loggedNow: log.find((event) => event.kind === 'orphans' && event.inWindow)?.line,
    aborted: observation.namespaces.reduce(
      (sum, namespace) => sum + (counterRise({ observation, namespace }, 'TcpExt.TCPAbortOnMemory') ?? 0),
      0,
    ),
    home,
  };
}

/** States an orphan can be in; FIN_WAIT2 orphans are kept in TIME_WAIT's small form and are not counted as orphans. */
function closingIn(namespace: NamespaceObservation): number {
  const groups = readingValue(namespace.sockets)?.after.groups;
  return groups ? groups.finWait1.total + groups.lastAck.total : 0;
}

function severityOf({ share, loggedNow, aborted }: OrphanFacts): Severity | undefined {
  if (loggedNow !== undefined || share >= 1 || (aborted > 0 && share >= QUARTER)) return 'critical';
  if (share >= HALF) return 'warning';
  return share >= QUARTER ? 'info' : undefined;
}

function describe(view: RuleView, facts: OrphanFacts, severity: Severity): Finding {
  const { orphans, limit, share, home } = facts;
  const critical = severity === 'critical';
  const of = limit === undefined ? '' : ` of ${formatCount(limit)} (${formatShare(share)})`;
  const place = home
    ? `; most closing connections are in ${namespaceText({ ...view, namespace: home.namespace })}`
    : '';
  return {
    id: 'orphans-limit',
    severity,
    confidence: 'certain',
    namespace: (home?.namespace ?? view.namespace).inode,
    subject: { sysctl: 'net.ipv4.tcp_max_orphans' },
    title: `${plural(orphans, 'orphaned connection')}${of}: ${critical ? 'the kernel resets connections instead of closing them in order' : 'the limit is coming near'}${place}`,
    explanation:
      'An orphan is a connection whose program has closed it while its last data or FIN is not acknowledged yet. The limit is one for the whole kernel. Past it a close ends with a reset, and data still on its way is lost; orphans whose peers are silent or unreachable are ended from a half or a quarter of the limit on.',
    cause: critical
      ? { id: 'limit-reached', title: 'tcp_max_orphans is reached' }
      : { id: 'limit-near', title: 'peers do not acknowledge the end of many connections' },
    evidence: evidenceFor(view, facts),
    ruledOut: ruledOutFor(view),
    remedies: remediesFor(view, facts),
    // tcp_max_orphans is the whole machine's.
    experiment: noExperiment,
  };
}

function evidenceFor(view: RuleView, facts: OrphanFacts): readonly Evidence[] {
  const { orphans, limit, aborted, loggedNow, home } = facts;
  const max = limit === undefined ? '; the limit could not be read here' : ` of ${formatCount(limit)}`;
  return [
    {
      source: '/proc/net/sockstat',
      name: 'TCP.orphan',
      value: orphans,
      unit: 'sockets',
      note: `${formatCount(orphans)}${max}, of all namespaces together`,
    },
    {
      source: '/proc/net/netstat',
      name: 'TcpExt.TCPAbortOnMemory',
      value: aborted,
      unit: 'events',
      note: `${plural(aborted, 'connection')} reset in the window for want of orphans or memory`,
    },
    ...(home
      ? [
          {
            source: 'sock_diag',
            name: 'closing',
            value: home.closing,
            unit: 'sockets',
            note: `${formatCount(home.closing)} in FIN_WAIT1, CLOSING or LAST_ACK in ${namespaceText({ ...view, namespace: home.namespace })}`,
          },
        ]
      : []),
    ...(loggedNow === undefined
      ? []
      : [{ source: '/dev/kmsg', name: 'kernelLog', value: loggedNow, unit: '', note: loggedNow }]),
  ];
}

/** TCPAbortOnMemory counts for both limits; memory is the other one. */
function ruledOutFor(view: RuleView): Finding['ruledOut'] {
  const pages = readingValue(view.namespace.sockstat)?.after['TCP.mem'];
  const [, pressure] = (readingValue(view.namespace.sysctls)?.['net.ipv4.tcp_mem'] ?? '')
    .split(/\s+/)
    .map(Number);
  if (pages === undefined || pressure === undefined || !(pages < pressure)) return [];
  return [
    {
      id: 'tcp-memory-pressure',
      because: `TCP uses ${formatCount(pages)} pages, below the pressure mark of ${formatCount(pressure)}`,
    },
  ];
}

function remediesFor(view: RuleView, { limit, home }: OrphanFacts): readonly Remedy[] {
  const there = { ...view, namespace: home?.namespace ?? view.namespace };
  const max = Math.max(65_536, (limit ?? 0) * 2);
  return [
    {
      kind: 'process',
      summary: 'see who the peers are that do not answer the end of a connection',
      command: namespaceCommand(there, 'ss -tno state fin-wait-1 state last-ack state closing'),
      effect: 'one peer or network usually holds most of them',
      risk: 'none: reading only',
    },
    ...fewerOrphanRetries(there, 'needed'),
    {
      kind: 'sysctl',
      summary: `raise the limit to ${formatCount(max)}, on the host`,
      ...settingChange(null, {
        sysctls: { 'net.ipv4.tcp_max_orphans': max },
        why: 'twice the limit that is reached, at least 65,536',
        optional: true,
      }),
      effect: 'at once',
      risk: 'an orphan holds up to 64 KiB of memory that cannot be swapped (ip-sysctl)',
    },
    {
      kind: 'none',
      idle: ['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_max_tw_buckets'],
      summary:
        'tcp_fin_timeout, tcp_tw_reuse and tcp_max_tw_buckets change nothing: they belong to FIN_WAIT2 and TIME_WAIT',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
