import { formatCount, formatRate, formatShare, plural } from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut } from '../../tcp/finding.ts';
import type { Ends } from '../../tcp/observation.ts';
import { readingValue } from '../../tcp/reading.ts';
import { counterEvidence, counterRise, counterTotal, numericSysctl, perSecond, sysctl } from '../evidence.ts';
import { timeWaitExperiment } from '../experiment/closing-experiments.ts';
import { namespaceText } from '../namespace-command.ts';
import { defineRule, type RuleView } from '../rule.ts';
import { settingChange } from '../setting-change.ts';

const NEAR_LIMIT = 0.9;
/** TCP_TIMEWAIT_LEN: a constant of the kernel. */
const TIME_WAIT_S = 60;
/** The kernel chooses half of the size of its connection table, one slot for each 128 KB of memory (tcp_init(), tcp_sk_init()): 4,096 with 1 GiB. */
const SMALL_LIMIT = 4096;

/** More connections end here than TIME_WAIT has room for: the kernel forgets them early. */
export const timeWaitOverflow = defineRule({
  id: 'time-wait-overflow',
  summary: 'the table of TIME_WAIT connections is full: connections are forgotten early',
  needs: ['counters', 'sockets', 'sysctls'],
  scope: 'namespace',
  judge: (view) => {
    const limit = numericSysctl(view, 'net.ipv4.tcp_max_tw_buckets');
    const overflows = counterRise(view, 'TcpExt.TCPTimeWaitOverflow');
    if (limit === undefined || overflows === undefined) {
      const missing = overflows === undefined ? 'TcpExt.TCPTimeWaitOverflow' : 'net.ipv4.tcp_max_tw_buckets';
      return {
        findings: [],
        unknowns: [{ rule: 'time-wait-overflow', missing, because: 'this namespace does not show it' }],
      };
    }
    const fill = tableFill(view);
    const isNear = limit > 0 && fill.after >= limit * NEAR_LIMIT;
    return { findings: overflows > 0 || isNear ? [describe(view, { limit, overflows, fill })] : [] };
  },
});

interface Table {
  readonly limit: number;
  /** Connections forgotten early in the window. */
  readonly overflows: number;
  readonly fill: Ends<number>;
}

/** sockstat's `tw` is the number the kernel compares with the limit (tw_refcount); it includes orphans in FIN_WAIT2, which the states do not. */
function tableFill(view: RuleView): Ends<number> {
  const sockstat = readingValue(view.namespace.sockstat);
  const census = readingValue(view.namespace.sockets);
  return {
    before: sockstat?.before['TCP.tw'] ?? census?.before.states.TIME_WAIT ?? 0,
    after: sockstat?.after['TCP.tw'] ?? census?.after.states.TIME_WAIT ?? 0,
  };
}

function describe(view: RuleView, table: Table): Finding {
  const { limit, overflows, fill } = table;
  const isSmall = limit < SMALL_LIMIT;
  const full = `the TIME_WAIT table of ${namespaceText(view)} is ${fill.after >= limit ? 'full' : `${formatShare(fill.after / limit)} full`} (${formatCount(fill.after)} of ${formatCount(limit)})`;
  return {
    id: 'time-wait-overflow',
    severity: 'warning',
    confidence: 'certain',
    namespace: view.namespace.inode,
    subject: { sysctl: 'net.ipv4.tcp_max_tw_buckets' },
    title:
      overflows > 0
        ? `${full}: ${plural(overflows, 'closed connection')} forgotten at once instead of after 60 s`
        : `${full}: the next connections closed here will be forgotten early`,
    explanation: `TIME_WAIT is kept by the side that closes first, for a constant 60 s, so that late segments find somebody who knows them. Beyond tcp_max_tw_buckets the kernel ends a connection without it: nothing that was delivered is lost, but a FIN of the peer that comes late is answered with RST, and the old four-tuple has no protection.${needText(view, overflows)}`,
    cause: isSmall
      ? {
          id: 'limit-too-small',
          title: `tcp_max_tw_buckets=${limit} is far below what the kernel would choose`,
        }
      : { id: 'many-short-connections', title: 'this side closes very many short connections first' },
    evidence: evidenceFor(view, table),
    ruledOut: ruledOutFor(view),
    remedies: remediesFor(view, table, isSmall),
    experiment: timeWaitExperiment(limit),
  };
}

/** TcpExt.TW counts entries made (inet_twsk_schedule()), so that with the overflows it counts what ends here. */
function endedPerSecond(view: RuleView, overflows: number): number | undefined {
  const made = counterRise(view, 'TcpExt.TW');
  return made === undefined ? undefined : perSecond(view, made + overflows);
}

function needText(view: RuleView, overflows: number): string {
  const rate = endedPerSecond(view, overflows);
  if (rate === undefined || rate < 1) return '';
  return ` ${formatRate(rate)} end here, which would take ${formatCount(Math.ceil(rate * TIME_WAIT_S))} entries.`;
}

function evidenceFor(view: RuleView, { limit, overflows, fill }: Table): readonly Evidence[] {
  const rate = endedPerSecond(view, overflows);
  const ever = counterTotal(view, 'TcpExt.TCPTimeWaitOverflow') ?? 0;
  return [
    {
      source: '/proc/net/sockstat',
      name: 'TCP.tw',
      value: fill.after,
      unit: 'connections',
      note: `${formatCount(fill.after)} of ${formatCount(limit)}; ${formatCount(fill.before)} at the start of the window`,
    },
    counterEvidence(
      view,
      'TcpExt.TCPTimeWaitOverflow',
      `+${formatCount(overflows)} in the window, ${formatCount(ever)} since this namespace was made`,
    ),
    ...(rate === undefined
      ? []
      : [
          {
            source: '/proc/net/netstat',
            name: 'closedHere',
            value: Number(rate.toFixed(1)),
            unit: '/s',
            note: '',
          },
        ]),
    {
      source: 'sysctl',
      name: 'net.ipv4.tcp_max_tw_buckets',
      value: limit,
      unit: 'connections',
      note: `${formatCount(limit)}, for this namespace alone`,
    },
  ];
}

function ruledOutFor(view: RuleView): readonly RuledOut[] {
  const destinations = readingValue(view.namespace.sockets)?.after.destinations ?? [];
  return destinations.length > 0
    ? []
    : [
        {
          id: 'ephemeral-ports-exhausted',
          because: 'no destination holds half of the local ports: these TIME_WAIT are in nobody’s way',
        },
      ];
}

/** Some 4 MB: what is less than that saves nothing. */
const LEAST_PROPOSED = 16_384;

/** Entries for what ends here in 60 s, as a power of two. */
function proposedLimit(
  view: RuleView,
  { limit, overflows, fill }: Table,
): { readonly buckets: number; readonly why: string } {
  const rate = endedPerSecond(view, overflows);
  const measured = rate === undefined ? 0 : Math.ceil(rate * TIME_WAIT_S);
  const buckets = 2 ** Math.ceil(Math.log2(Math.max(measured, fill.after, limit + 1, LEAST_PROPOSED)));
  const need =
    rate === undefined
      ? 'the rate was not measured'
      : `${formatRate(rate)} end here and stay for ${TIME_WAIT_S} s: ${formatCount(measured)} entries`;
  const rounded =
    measured > LEAST_PROPOSED
      ? 'rounded up to a power of two'
      : `at least ${formatCount(LEAST_PROPOSED)}, some 4 MB`;
  return { buckets, why: `${need}; ${rounded}` };
}

function remediesFor(view: RuleView, table: Table, isSmall: boolean): readonly Remedy[] {
  const { buckets, why } = proposedLimit(view, table);
  const raise: Remedy = {
    kind: 'sysctl',
    summary: 'raise the limit',
    ...settingChange(view, { sysctls: { 'net.ipv4.tcp_max_tw_buckets': buckets }, why }),
    effect: 'takes effect with the next closed connection',
    risk: '256 bytes of memory for each',
  };
  const reuse: Remedy = {
    kind: 'application',
    summary: 'fewer, longer connections: HTTP keep-alive, connection pools; or let the clients close first',
    command: '',
    effect: 'TIME_WAIT arises once for each connection, on the side that closes first',
    risk: '',
  };
  const finTimeout = sysctl(view, 'net.ipv4.tcp_fin_timeout') ?? '60';
  return [
    ...(isSmall ? [raise, reuse] : [reuse, raise]),
    {
      kind: 'none',
      idle: ['net.ipv4.tcp_fin_timeout', 'net.ipv4.tcp_tw_reuse', 'net.ipv4.tcp_tw_recycle'],
      summary: `tcp_fin_timeout (${finTimeout}), tcp_tw_reuse and tcp_tw_recycle do not shorten TIME_WAIT`,
      command: '',
      effect:
        'its 60 s are a constant; tcp_fin_timeout is about FIN_WAIT2, tcp_tw_reuse lets outgoing connections take over a port, and tcp_tw_recycle is gone since Linux 4.12',
      risk: '',
    },
  ];
}
