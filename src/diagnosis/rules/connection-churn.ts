import {
  formatBytes,
  formatCount,
  formatDurationMs,
  formatRate,
  formatShare,
  plural,
} from '../../base/units.ts';
import type { Evidence, Finding, Remedy, RuledOut, Severity } from '../../tcp/finding.ts';
import { explainMissing } from '../../tcp/reading.ts';
import { type ChurnFacts, churnFacts } from '../connection-churn/churn-facts.ts';
import {
  counterRise,
  dropsOf,
  isFull,
  listenerSubject,
  listenersOf,
  listenerWithOwner,
  perSecond,
} from '../evidence.ts';
import { heartbeatExperiment } from '../experiment/heartbeat-experiment.ts';
import { listenerGroups } from '../listener-groups.ts';
import { defineRule, type Judgement, type RuleView } from '../rule.ts';

/** Connections are opened only to be closed: heartbeats, health checks, probes. */
export const connectionChurn = defineRule({
  id: 'connection-churn',
  summary: 'most connections to a listener carry no data: heartbeats or checks use up its accepts',
  needs: ['listeners'],
  scope: 'namespace',
  judge: (view) => {
    const groups = listenerGroups(listenersOf(view)).flatMap(([first]) => first ?? []);
    const facts = handshakesComplete(view)
      ? groups.flatMap((listener) => churnFacts(view, listener) ?? [])
      : [];
    const busiestFirst = facts.toSorted((a, b) => b.perSecond - a.perSecond);
    const findings = busiestFirst.flatMap((one) => judgeListener(view, one));
    // Ordinary short connections are worth one remark, not one for each backend of a proxy.
    const [, ...repeated] = findings.filter(({ cause }) => cause.id === 'short-connections');
    return {
      findings: findings.filter((one) => !repeated.includes(one)),
      unknowns: unknownsFor(view),
    };
  },
});

/** Below this rate connections without data are the usual health checks of a few load balancers. */
const WARNING_PER_SECOND = 10;
const INFO_PER_SECOND = 2;
/** Short connections with data are ordinary service; at this rate they are worth a remark. */
const SHORT_PER_SECOND = 200;
const SHORT_BYTES = 512;
const MOST = 0.8;
const ENOUGH_ENDED = 8;
/** Small requests look like heartbeats that say a word; only a clear rhythm tells them apart. A loaded server has a vague one. */
const CLEAR_PERIOD = 0.5;

/** Packets are captured from 20 connections a second on: fewer, and no churn can be going on that would hurt. */
function unknownsFor(view: RuleView): NonNullable<Judgement['unknowns']> {
  const { packets } = view.namespace;
  const opened = counterRise(view, 'Tcp.PassiveOpens');
  if (packets.status === 'ok' || (opened !== undefined && perSecond(view, opened) < 2 * WARNING_PER_SECOND))
    return [];
  return [{ rule: 'connection-churn', missing: 'packets', because: explainMissing(packets) }];
}

/**
 * Where handshakes are broken off or lost before the last ACK, nothing is accepted: that is for the rules about SYN queues. What a full
 * accept queue turns away was complete all the same, for its client: it closes a connection which the server has never had.
 */
function handshakesComplete(view: RuleView): boolean {
  const opened = counterRise(view, 'Tcp.PassiveOpens');
  const { packets } = view.namespace;
  if (opened === undefined || packets.status !== 'ok') return true;
  const ended = packets.value.handshakes.filter(
    (one) => one.direction !== 'outgoing' && one.synAckCount > 0 && one.endedAtMs !== undefined,
  );
  const turnedAway = counterRise(view, 'TcpExt.ListenOverflows') ?? 0;
  return opened + turnedAway >= ended.length / 2;
}

function judgeListener(view: RuleView, facts: ChurnFacts): readonly Finding[] {
  // Connections that stay open are used, or will be: only where most of them end can "empty" be said of them.
  if (facts.ended < ENOUGH_ENDED || facts.ended < facts.answered / 2) return [];
  const empty = facts.empty / facts.ended >= MOST;
  const words = facts.tiny / facts.ended >= MOST && (facts.period?.agreement ?? 0) >= CLEAR_PERIOD;
  if (empty || words)
    return facts.perSecond < INFO_PER_SECOND ? [] : [describeHeartbeats(view, facts, empty)];
  const short = facts.perSecond >= SHORT_PER_SECOND && facts.medianBytes < SHORT_BYTES;
  return short ? [describeShort(view, facts)] : [];
}

/** A listener that loses connections is hurt by every one that need not be there. */
function severityOf(view: RuleView, facts: ChurnFacts): Severity {
  const { listener, perSecond: rate, period } = facts;
  const group = listenersOf(view).filter(
    ({ address, port }) => address === listener.address && port === listener.port,
  );
  const suffers = group.some((one) => dropsOf(one) > 0 || (one.limitKnown && isFull(one.acceptQueue.after)));
  // Without a rhythm they may be the harm of a full queue (clients give up, servers shed load), or what the server is meant to do.
  const meant = causeOf(facts).id === 'server-closes' && rate < SHORT_PER_SECOND;
  if (meant || (suffers && period === undefined)) return 'info';
  return rate >= WARNING_PER_SECOND || suffers ? 'warning' : 'info';
}

function describeHeartbeats(view: RuleView, facts: ChurnFacts, empty: boolean): Finding {
  const { listener, period, senders, perSecond: rate } = facts;
  const what = empty ? 'carry no data' : `carry a word or two (median ${formatBytes(facts.medianBytes)})`;
  const beat =
    period &&
    `every ${formatPeriod(period.periodMs)} ${plural(senders, 'sender connects', 'senders connect')} and ${senders === 1 ? 'closes' : 'close'} again`;
  return {
    id: 'connection-churn',
    severity: severityOf(view, facts),
    confidence: period && empty ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: {
      ...listenerSubject(view, listener),
      ...(period ? { periodMs: String(Math.round(period.periodMs)), senders: String(senders) } : {}),
    },
    title: `${listenerWithOwner(view, listener)} gets ${formatRate(rate)} connections of which ${formatShare((empty ? facts.empty : facts.tiny) / facts.ended)} ${what}${beat ? `: ${beat}` : ', at no fixed period'}`,
    explanation: `Each of them costs a handshake, a place in the SYN and accept queue, an accept() and a close. ${patternText(facts)}${squeeze(facts)}`,
    cause: causeOf(facts),
    evidence: evidenceFor(facts),
    ruledOut: ruledOutFor(facts),
    remedies: remediesFor(facts),
    experiment: heartbeatExperiment(
      listener.acceptQueue.after.limit,
      period && { senders, periodMs: period.periodMs },
    ),
  };
}

function patternText({ period, closedByServer }: ChurnFacts): string {
  if (period) return 'They come back at a fixed period, as heartbeats and health checks do.';
  if (closedByServer > MOST)
    return 'The server itself closes them before anything is said: an access list, a connection limit, or a failing backend.';
  return 'No fixed period stands out: probes, scanners, or clients that open connections in advance and do not use them.';
}

function causeOf({ period, senders, closedByServer }: ChurnFacts): Finding['cause'] {
  if (period)
    return {
      id: 'heartbeats',
      title: `${plural(senders, 'sender')} with a heartbeat every ${formatPeriod(period.periodMs)}`,
    };
  if (closedByServer > MOST)
    return { id: 'server-closes', title: 'the server closes connections right after accepting them' };
  return { id: 'empty-connections', title: 'connections are opened and closed without being used' };
}

/** Senders in step are the worst case: all of them within a moment, nobody the rest of the period. */
function squeeze({ listener }: ChurnFacts): string {
  const { limit } = listener.acceptQueue.after;
  const peak = listener.queue?.peak ?? 0;
  return listener.limitKnown && peak > limit / 2
    ? ` They filled its accept queue to ${formatCount(peak)} of ${formatCount(limit)}.`
    : '';
}

function describeShort(view: RuleView, facts: ChurnFacts): Finding {
  const { listener, perSecond: rate, medianBytes, medianLifeMs } = facts;
  const life = medianLifeMs === undefined ? '' : `, median life ${formatDurationMs(medianLifeMs)}`;
  return {
    id: 'connection-churn',
    severity: 'info',
    confidence: 'likely',
    namespace: view.namespace.inode,
    subject: listenerSubject(view, listener),
    title: `${listenerWithOwner(view, listener)} serves ${formatRate(rate)} connections of a few hundred bytes each (median ${formatBytes(medianBytes)})`,
    explanation: `Nothing is wrong with that as long as it keeps up; most of the work goes into opening and closing connections${life}.`,
    cause: { id: 'short-connections', title: 'one connection for each small request' },
    // Their pattern is the users', or that of retries: no heartbeat.
    evidence: evidenceFor({ ...facts, period: undefined, senders: facts.addresses }),
    ruledOut: ruledOutFor(facts),
    remedies: [keepOpen, moreBacklog],
    experiment: heartbeatExperiment(listener.acceptQueue.after.limit),
  };
}

function evidenceFor(facts: ChurnFacts): readonly Evidence[] {
  const {
    perSecond: rate,
    attempts,
    ended,
    empty,
    period,
    senders,
    addresses,
    topSources,
    medianBytes,
  } = facts;
  const top = topSources.slice(0, 5).map(({ address, count }) => `${address} (${formatCount(count)})`);
  return [
    {
      source: 'packets',
      name: 'connections.rate',
      value: Math.round(rate * 10) / 10,
      unit: 'per second',
      note: `${formatRate(rate)} new connections (${formatCount(attempts)} seen)`,
    },
    {
      source: 'packets',
      name: 'connections.empty',
      value: empty,
      unit: 'connections',
      note: `${formatCount(empty)} of ${formatCount(ended)} that ended carried no payload, by their sequence numbers; median ${formatBytes(medianBytes)}`,
    },
    ...(period ? periodEvidence(facts) : []),
    {
      source: 'packets',
      name: 'senders',
      value: senders,
      unit: 'senders',
      note: `${plural(senders, 'sender')} behind ${plural(addresses, 'address', 'addresses')}`,
    },
    {
      source: 'packets',
      name: 'sources.top',
      value: topSources[0]?.address ?? '',
      unit: '',
      note: `most from ${top.join(', ')}`,
    },
  ];
}

function periodEvidence({ period }: ChurnFacts): readonly Evidence[] {
  if (!period) return [];
  const how = {
    intervals: 'of the intervals of each address agree',
    bursts: 'of the bursts agree in size and distance',
    autocorrelation: 'correlation of the arrivals with themselves one period later',
  }[period.method];
  return [
    {
      source: 'packets',
      name: 'connections.period',
      value: Math.round(period.periodMs),
      unit: 'ms',
      note: `every ${formatPeriod(period.periodMs)} (${formatShare(period.agreement)} ${how})`,
    },
  ];
}

function ruledOutFor({ ended, attempts, empty }: ChurnFacts): readonly RuledOut[] {
  return [
    {
      id: 'syn-flood',
      because: `${formatCount(ended)} of ${formatCount(attempts)} connections were opened completely and closed in order`,
    },
    ...(empty === 0
      ? [{ id: 'empty-connections', because: 'every connection that ended carried data' }]
      : []),
  ];
}

function remediesFor(facts: ChurnFacts): readonly Remedy[] {
  const { period, perSecond: rate, senders } = facts;
  const rarer: Remedy = {
    kind: 'application',
    summary:
      'fewer heartbeats: a longer interval at the senders, or a heartbeat inside the connection they already have',
    command:
      'fluentd out_forward: heartbeat_interval 10s, or heartbeat_type none; load balancers: the interval of TCP checks',
    effect: period
      ? `${plural(senders, 'sender')} every 10 s instead of every ${formatPeriod(period.periodMs)} are ${formatRate(senders / 10)} instead of ${formatRate(rate)}`
      : 'fewer connections at once',
    risk: 'a dead server is noticed later by the same factor',
  };
  const spread: Remedy = {
    kind: 'architecture',
    summary: 'let the senders beat out of step (a random delay at start), or spread them over more servers',
    command: '',
    effect: 'the same number of connections without the peaks that fill the queues',
    risk: '',
  };
  return [rarer, keepOpen, spread, moreBacklog];
}

const keepOpen: Remedy = {
  kind: 'application',
  summary: 'keep connections open and reuse them (HTTP keep-alive, pools, out_forward keepalive true)',
  command: '',
  effect: 'one handshake for many requests',
  risk: 'idle connections need keepalives, or a middlebox forgets them',
};

const moreBacklog: Remedy = {
  kind: 'none',
  summary:
    'raising the backlog, somaxconn or tcp_max_syn_backlog does not make these connections fewer; tcp_tw_reuse does nothing on the server side',
  command: '',
  effect: '',
  risk: '',
};

/** "1.0 s", "640 ms": with the precision the arithmetic has. */
function formatPeriod(ms: number): string {
  return formatDurationMs(ms < 1000 ? Math.round(ms / 10) * 10 : ms);
}
