import {
  formatBytes,
  formatCount,
  formatDurationMs,
  formatRate,
  formatShare,
  plural,
} from '../../base/units.ts';
import type { Evidence, Finding, RuledOut, Severity } from '../../tcp/finding.ts';
import { explainMissing } from '../../tcp/reading.ts';
import { type ChurnFacts, churnFacts } from '../connection-churn/churn-facts.ts';
import { CHURN_WARNING_PER_SECOND, churnKind, SHORT_PER_SECOND } from '../connection-churn/churn-kind.ts';
import { churnRemedies, shortConnectionRemedies } from '../connection-churn/churn-remedies.ts';
import {
  beatText,
  type ChurnPattern,
  churnCause,
  churnExplanation,
  formatPeriod,
} from '../connection-churn/churn-words.ts';
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

/** Packets are captured from 20 connections a second on: fewer, and no churn can be going on that would hurt. */
function unknownsFor(view: RuleView): NonNullable<Judgement['unknowns']> {
  const { packets } = view.namespace;
  const opened = counterRise(view, 'Tcp.PassiveOpens');
  if (
    packets.status === 'ok' ||
    (opened !== undefined && perSecond(view, opened) < 2 * CHURN_WARNING_PER_SECOND)
  )
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
  const { answered, ended, empty, tiny, period, perSecond: rate, medianBytes } = facts;
  const kind = churnKind({
    answered,
    ended,
    emptyShare: empty / Math.max(1, ended),
    tinyShare: tiny / Math.max(1, ended),
    agreement: period?.agreement ?? 0,
    perSecond: rate,
    usualBytes: medianBytes,
  });
  if (kind === undefined) return [];
  return [kind === 'short' ? describeShort(view, facts) : describeHeartbeats(view, facts, kind === 'empty')];
}

/** A listener that loses connections is hurt by every one that need not be there. */
function severityOf(view: RuleView, facts: ChurnFacts): Severity {
  const { listener, perSecond: rate, period } = facts;
  const group = listenersOf(view).filter(
    ({ address, port }) => address === listener.address && port === listener.port,
  );
  const suffers = group.some((one) => dropsOf(one) > 0 || (one.limitKnown && isFull(one.acceptQueue.after)));
  // Without a rhythm they may be the harm of a full queue (clients give up, servers shed load), or what the server is meant to do.
  const meant = churnCause(patternOf(facts)).id === 'server-closes' && rate < SHORT_PER_SECOND;
  if (meant || (suffers && period === undefined)) return 'info';
  return rate >= CHURN_WARNING_PER_SECOND || suffers ? 'warning' : 'info';
}

function describeHeartbeats(view: RuleView, facts: ChurnFacts, empty: boolean): Finding {
  const { listener, period, senders, perSecond: rate } = facts;
  const what = empty ? 'carry no data' : `carry a word or two (median ${formatBytes(facts.medianBytes)})`;
  return {
    id: 'connection-churn',
    severity: severityOf(view, facts),
    confidence: period && empty ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: {
      ...listenerSubject(view, listener),
      ...(period ? { periodMs: String(Math.round(period.periodMs)), senders: String(senders) } : {}),
    },
    title: `${listenerWithOwner(view, listener)} gets ${formatRate(rate)} connections of which ${formatShare((empty ? facts.empty : facts.tiny) / facts.ended)} ${what}${period ? `: ${beatText(period.periodMs, senders)}` : ', at no fixed period'}`,
    explanation: churnExplanation(patternOf(facts)) + squeeze(facts),
    cause: churnCause(patternOf(facts)),
    evidence: evidenceFor(facts),
    ruledOut: ruledOutFor(facts),
    remedies: churnRemedies({ periodMs: period?.periodMs, senders, perSecond: rate }),
    experiment: heartbeatExperiment(
      listener.acceptQueue.after.limit,
      period && { senders, periodMs: period.periodMs },
    ),
  };
}

function patternOf({ period, senders, closedByServer }: ChurnFacts): ChurnPattern {
  return { periodMs: period?.periodMs, senders, closedByServer };
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
    remedies: shortConnectionRemedies(),
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
