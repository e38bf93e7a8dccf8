import { formatCount, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, Severity } from '../../tcp/finding.ts';
import type { SoftnetRow } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { numericSysctl, perSecond } from '../evidence.ts';
import { noExperiment } from '../experiment/lab-number.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

/** Fewer drops than this, and a smaller share, are worth a line but no alarm. */
const FEW_DROPS = 10;
const SMALL_SHARE = 0.001;
const HEAVY_DROPS = 100;
const HEAVY_SHARE = 0.05;
/** Packet processing that is cut short this often is close to the limit of the core. */
const SQUEEZES_PER_SECOND = 5;
/** One CPU with this share of the drops is where all of it happens. */
const MOSTLY = 0.9;

/** Packets are dropped between the network card and the protocol stack: a CPU's packet queue is full. */
export const softnetDrops = defineRule({
  id: 'softnet-drops',
  summary: "a CPU's packet queue overflows: packets are lost before TCP sees them",
  needs: ['softnet'],
  scope: 'host',
  judge: (view) => ({ findings: judgeRows(view, risenRows(view)) }),
});

/** Rows by CPU number, as CPUs may come and go; a row that is new or went back is left out. */
function risenRows(view: RuleView): readonly SoftnetRow[] {
  const softnet = readingValue(view.observation.softnet);
  return (softnet?.after ?? []).flatMap((after): SoftnetRow[] => {
    const before = softnet?.before.find(({ cpu }) => cpu === after.cpu);
    if (!before || after.processed < before.processed) return [];
    return [
      {
        cpu: after.cpu,
        processed: after.processed - before.processed,
        dropped: after.dropped - before.dropped,
        timeSqueeze: after.timeSqueeze - before.timeSqueeze,
      },
    ];
  });
}

function judgeRows(view: RuleView, rows: readonly SoftnetRow[]): readonly Finding[] {
  const dropped = total(rows, 'dropped');
  if (dropped > 0) return [describeDrops(view, rows, dropped)];
  const squeezes = total(rows, 'timeSqueeze');
  return perSecond(view, squeezes) >= SQUEEZES_PER_SECOND ? [describeSqueeze(view, rows, squeezes)] : [];
}

function total(rows: readonly SoftnetRow[], column: 'processed' | 'dropped' | 'timeSqueeze'): number {
  return rows.reduce((sum, row) => sum + row[column], 0);
}

function severityOf(dropped: number, share: number): Severity {
  if (dropped >= HEAVY_DROPS && share >= HEAVY_SHARE) return 'critical';
  return dropped >= FEW_DROPS || share >= SMALL_SHARE ? 'warning' : 'info';
}

function describeDrops(view: RuleView, rows: readonly SoftnetRow[], dropped: number): Finding {
  const share = dropped / (dropped + total(rows, 'processed'));
  const dropping = rows.filter((row) => row.dropped > 0).sort((a, b) => b.dropped - a.dropped);
  const [worst] = dropping;
  const single = worst !== undefined && worst.dropped >= dropped * MOSTLY && rows.length > 1;
  const where = single ? `CPU ${worst.cpu}` : plural(dropping.length, 'CPU');
  const limit = numericSysctl(view, 'net.core.netdev_max_backlog');
  const queue =
    limit === undefined ? 'its packet queue' : `its packet queue (netdev_max_backlog ${formatCount(limit)})`;
  const squeezed = perSecond(view, total(dropping, 'timeSqueeze')) >= 1;
  return {
    id: 'softnet-drops',
    severity: severityOf(dropped, share),
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { cpu: single ? String(worst.cpu) : dropping.map((row) => row.cpu).join(',') },
    title: `${where} dropped ${plural(dropped, 'packet')} (${formatShare(share)}) before the protocol stack: ${single ? queue : 'the packet queues'} overflowed`,
    explanation: `Packets from RPS, veth, tunnels and loopback wait in one queue for each CPU; what arrives while it is full is lost for every protocol and every namespace, without a word to the sender.${single ? ' All of it happened on one CPU: the others could have helped.' : ''} The counter is the machine's: it does not say whose packets they were.`,
    cause: squeezed
      ? { id: 'softirq-saturated', title: `packet processing on ${where} runs out of its time budget` }
      : { id: 'burst', title: 'more packets came at once than the queue holds' },
    evidence: [...dropping.slice(0, 4).map(cpuEvidence), ...interfaceEvidence(view)],
    ruledOut: [
      ...(squeezed
        ? []
        : [
            {
              id: 'softirq-saturated',
              because: 'time_squeeze (almost) stands still: processing is not cut short',
            },
          ]),
    ],
    remedies: remediesFor(single ? worst : undefined, { squeezed, limit }),
    // netdev_max_backlog and the processors' queues are the whole machine's.
    experiment: noExperiment,
  };
}

function cpuEvidence(row: SoftnetRow): Evidence {
  return {
    source: '/proc/net/softnet_stat',
    name: `cpu${row.cpu}.dropped`,
    value: row.dropped,
    unit: 'packets',
    note: `CPU ${row.cpu}: ${formatCount(row.dropped)} dropped, ${formatCount(row.processed)} processed, ${plural(row.timeSqueeze, 'time squeeze')} in the window`,
  };
}

/** enqueue_to_backlog() charges the drop to the receiving device as well: that tells whose packets they were. */
function interfaceEvidence(view: RuleView): readonly Evidence[] {
  const devices = view.observation.namespaces.flatMap((namespace) => {
    const ends = readingValue(namespace.interfaces);
    return (ends?.after ?? []).map(({ name, received }) => {
      const before = ends?.before.find((one) => one.name === name)?.received.dropped ?? received.dropped;
      return {
        name: `${name} in ${namespace.names[0] ?? namespace.inode}`,
        dropped: received.dropped - before,
      };
    });
  });
  const dropping = devices.filter(({ dropped }) => dropped > 0).sort((a, b) => b.dropped - a.dropped);
  return dropping.slice(0, 2).map(({ name, dropped }) => ({
    source: '/proc/net/dev',
    name: 'received.dropped',
    value: dropped,
    unit: 'packets',
    note: `${name} counts ${plural(dropped, 'packet')} received and dropped`,
  }));
}

function describeSqueeze(view: RuleView, rows: readonly SoftnetRow[], squeezes: number): Finding {
  const worst = rows.filter((row) => row.timeSqueeze > 0).sort((a, b) => b.timeSqueeze - a.timeSqueeze);
  return {
    id: 'softnet-drops',
    severity: 'info',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { cpu: worst.map((row) => row.cpu).join(',') },
    title: `packet processing was cut short ${plural(squeezes, 'time')} (time_squeeze), but nothing was dropped`,
    explanation:
      'A round of packet processing ended with packets left, after netdev_budget packets or netdev_budget_usecs; the rest was done a moment later. On a busy machine this is normal, and it costs latency only.',
    cause: { id: 'time-squeeze', title: 'rounds of packet processing use up their budget' },
    evidence: worst.slice(0, 4).map((row) => ({
      source: '/proc/net/softnet_stat',
      name: `cpu${row.cpu}.timeSqueeze`,
      value: row.timeSqueeze,
      unit: 'rounds',
      note: `CPU ${row.cpu}: ${formatCount(row.timeSqueeze)} of the rounds cut short`,
    })),
    ruledOut: [{ id: 'softnet-drops', because: 'no CPU dropped a packet' }],
    remedies: [],
    experiment: noExperiment,
  };
}

function remediesFor(
  single: SoftnetRow | undefined,
  { squeezed, limit }: { readonly squeezed: boolean; readonly limit: number | undefined },
): readonly Remedy[] {
  const longer = Math.max(4096, (limit ?? 0) * 4);
  const spread: Remedy = {
    kind: 'architecture',
    summary: `spread the packets over more CPUs than ${single ? `CPU ${single.cpu}` : 'these'}: more receive queues, irqbalance, or RPS`,
    command: 'echo ffff > /sys/class/net/DEVICE/queues/rx-0/rps_cpus',
    effect: 'each CPU brings its own queue and its own time',
    risk: 'the mask must name CPUs that have time to spare',
  };
  const lengthen: Remedy = {
    kind: 'sysctl',
    summary: `a longer queue carries short bursts: netdev_max_backlog ${limit === undefined ? '' : `${formatCount(limit)} -> `}${formatCount(longer)}, on the host`,
    ...settingChange(null, {
      sysctls: { 'net.core.netdev_max_backlog': longer },
      why: 'four times the queue that overflowed, at least 4,096',
      optional: squeezed || single !== undefined,
    }),
    effect: 'at once, for every CPU and namespace; a CPU that is saturated fills it as well',
    risk: 'packets wait longer',
  };
  const budget: Remedy = {
    kind: 'sysctl',
    summary: 'a larger budget for each round of packet processing',
    ...settingChange(null, {
      sysctls: { 'net.core.netdev_budget': 600, 'net.core.netdev_budget_usecs': 16_000 },
      why: 'twice the defaults of 300 packets and 8 ms',
      optional: true,
    }),
    effect: 'fewer interruptions of packet processing',
    risk: 'programs on that CPU wait longer',
  };
  return [
    ...(squeezed || single ? [spread, lengthen] : [lengthen, spread]),
    ...(squeezed ? [budget] : []),
    {
      kind: 'none',
      idle: ['net.core.somaxconn', 'backlog', 'net.ipv4.tcp_rmem'],
      summary: 'somaxconn, backlogs and tcp_rmem change nothing: these packets never reach TCP',
      command: '',
      effect: '',
      risk: '',
    },
  ];
}
