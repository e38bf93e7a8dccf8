import { formatCount, formatDurationMs, formatShare, plural } from '../../base/units.ts';
import type { Finding, RuledOut, Severity } from '../../tcp/finding.ts';
import type { ListenerObservation } from '../../tcp/observation.ts';
import { acceptQueueCapacity } from '../../tcp/queue-limits.ts';
import { explainMissing } from '../../tcp/reading.ts';
import {
  type AcceptQueueCause,
  acceptQueueCause,
  busiestThread,
} from '../accept-queue/accept-queue-cause.ts';
import { acceptQueueEvidence } from '../accept-queue/accept-queue-evidence.ts';
import { type AcceptQueueFacts, acceptQueueFacts } from '../accept-queue/accept-queue-facts.ts';
import { acceptQueueRemedies, ratesSentence } from '../accept-queue/accept-queue-remedies.ts';
import {
  counterRise,
  counterTotal,
  dropsOf,
  isFull,
  limitUnknown,
  listenerSubject,
  listenersOf,
  listenerWithOwner,
  numericSysctl,
  silentLowerLayers,
} from '../evidence.ts';
import { overflowExperiment } from '../experiment/overflow-experiment.ts';
import { imbalanced } from '../reuseport/imbalances.ts';
import { defineRule, type Judgement, type RuleView } from '../rule.ts';

/** A listener drops connections because nobody takes the complete ones out of its accept queue fast enough. */
export const acceptQueueOverflow = defineRule({
  id: 'accept-queue-overflow',
  summary: 'a listener drops new connections because its accept queue is full',
  needs: ['listeners', 'counters'],
  scope: 'namespace',
  judge: (view) => {
    const others = imbalanced(view);
    const own = listenersOf(view).filter((listener) => !others.has(listener));
    const findings = own.flatMap((listener) => judgeListener(view, listener));
    return { findings, unknowns: unknownsFor(view, findings) };
  },
});

function unknownsFor(view: RuleView, findings: readonly Finding[]): NonNullable<Judgement['unknowns']> {
  const rule = 'accept-queue-overflow' as const;
  if (listenersOf(view).some((listener) => !listener.limitKnown)) {
    return [{ rule, missing: 'acceptQueue.limit', because: limitUnknown(view) }];
  }
  const { processes } = view.observation;
  if (findings.some((finding) => finding.cause.id === 'unknown' && finding.severity !== 'info')) {
    const because =
      processes.status === 'ok'
        ? `no visible process owns the listener (${view.observation.host.asRoot ? 'it lives in another pid namespace, or in the kernel' : 'root sees all'})`
        : explainMissing(processes);
    return [{ rule, missing: 'processes', because }];
  }
  return [];
}

function judgeListener(view: RuleView, listener: ListenerObservation): readonly Finding[] {
  if (!listener.limitKnown) return [];
  const facts = acceptQueueFacts(view, listener);
  const now = overflowsNow(view, facts);
  if (!now) return droppedEarlier(view, facts);
  const cause = acceptQueueCause(facts);
  const briefly = !facts.fullAtEnd && facts.fullShare < 0.1 && facts.accepts !== false;
  return [describe(view, facts, cause, briefly ? 'warning' : 'critical')];
}

/**
 * sk_drops says that this listener drops, ListenOverflows that an accept queue was the reason (kernel-facts 3.1: it rises for nothing
 * else), the samples that it was this one. A queue that stands full and has dropped before counts although no SYN came in the window.
 */
function overflowsNow(view: RuleView, facts: AcceptQueueFacts): boolean {
  const overflows = counterRise(view, 'TcpExt.ListenOverflows') ?? 0;
  const wasFull = facts.peak > facts.limit;
  if (facts.dropped > 0 && overflows > 0)
    return wasFull || facts.peak >= facts.limit / 2 || onlyDropper(view, facts.listener);
  return isFull(facts.listener.acceptQueue.after) && facts.droppedEver > 0;
}

function onlyDropper(view: RuleView, listener: ListenerObservation): boolean {
  return listenersOf(view).every((other) => other === listener || dropsOf(other) === 0);
}

function describe(
  view: RuleView,
  facts: AcceptQueueFacts,
  cause: AcceptQueueCause,
  severity: Severity,
): Finding {
  const { listener } = facts;
  return {
    id: 'accept-queue-overflow',
    severity,
    confidence: cause.id === 'unknown' ? 'certain' : cause.confidence,
    namespace: view.namespace.inode,
    subject: listenerSubject(view, listener),
    title: `${listenerWithOwner(view, listener)} ${whatHappens(facts)}; ${cause.title}`,
    explanation: [explainCause(facts, cause), ratesSentence(facts)].filter((text) => text !== '').join(' '),
    cause: { id: cause.id, title: cause.title },
    evidence: acceptQueueEvidence(view, facts),
    ruledOut: ruledOutFor(view, facts, cause),
    remedies: acceptQueueRemedies(view, facts, cause),
    experiment: overflowExperiment(facts, cause.id),
  };
}

function whatHappens({ fullAtEnd, fullShare, accepts }: AcceptQueueFacts): string {
  if (fullAtEnd || fullShare > 0.9) return 'drops new connections: its accept queue is full';
  // Retries come in step: they overflow the queue for a moment and leave it partly filled.
  return accepts === false
    ? 'accepts nobody, and its accept queue overflowed'
    : 'drops connections at times: its accept queue overflows';
}

function explainCause(facts: AcceptQueueFacts, cause: AcceptQueueCause): string {
  const room = plural(acceptQueueCapacity(facts.limit), 'complete connection');
  switch (cause.id) {
    case 'process-stopped':
      return `The kernel completes handshakes until ${room} wait, then drops every SYN; a process that is not running takes none of them out.`;
    case 'fd-limit':
      return `accept() needs a free file descriptor and there is none (EMFILE), so that connections stay in the queue and new ones are dropped.`;
    case 'cpu-saturated':
      return 'The thread that should accept has no time left for it. A longer queue would only let clients wait longer.';
    case 'blocked':
      return 'The process runs, but its attention is elsewhere, and what waits in the queue stays there. A longer queue only delays the drops.';
    case 'burst':
      return `The process keeps up on the whole: the queue was full only ${facts.fullShare === 0 ? 'for moments' : `${formatShare(facts.fullShare)} of the time`}, when many connections came at once.`;
    case 'backlog-too-small':
      return `The process keeps up on the whole, but only ${room} may wait, so that a short pause between two accepts is enough to lose connections.`;
    case 'sustained-overload':
      return 'More connections arrive than the process accepts, all the time. A longer queue fills up as well and makes every client wait longer.';
    case 'unknown':
      return 'Nobody takes connections out of the queue fast enough; why could not be seen.';
  }
}

function ruledOutFor(view: RuleView, facts: AcceptQueueFacts, cause: AcceptQueueCause): readonly RuledOut[] {
  const ruledOut: RuledOut[] = [];
  const cookies = counterRise(view, 'TcpExt.TCPReqQFullDoCookies');
  const drops = counterRise(view, 'TcpExt.TCPReqQFullDrop');
  const syncookies = numericSysctl(view, 'net.ipv4.tcp_syncookies');
  if (cookies === 0 && drops === 0) {
    ruledOut.push({
      id: 'syn-flood',
      because: 'the SYN queue never filled (TCPReqQFullDoCookies and TCPReqQFullDrop stand still)',
    });
  }
  if (syncookies !== undefined && syncookies !== 0) {
    ruledOut.push({ id: 'tcp_max_syn_backlog', because: `not consulted while tcp_syncookies=${syncookies}` });
  }
  if (facts.limitSetBy === 'application') {
    ruledOut.push({
      id: 'somaxconn',
      because: `the application asked for ${formatCount(facts.limit)}, below somaxconn`,
    });
  }
  const [process] = facts.processes;
  if (process && cause.id !== 'process-stopped') {
    ruledOut.push({
      id: 'process-stopped',
      because: `process ${process.pid} is in state ${process.state.after}`,
    });
  }
  if (process?.openDescriptors && process.descriptorLimit !== undefined && cause.id !== 'fd-limit') {
    const open = `${formatCount(process.openDescriptors.after)} of ${formatCount(process.descriptorLimit)} descriptors are open`;
    ruledOut.push({ id: 'fd-limit', because: open });
  }
  const busy = busiestThread(facts.processes);
  if (busy && cause.id !== 'cpu-saturated') {
    ruledOut.push({
      id: 'cpu-saturated',
      because: `its busiest thread uses ${formatShare(busy.thread.cpuShare)} of a core`,
    });
  }
  return [...ruledOut, ...silentLowerLayers(view)];
}

/** Dropped before the window, quiet now: worth a line, no alarm. */
function droppedEarlier(view: RuleView, facts: AcceptQueueFacts): readonly Finding[] {
  const overflowsEver = counterTotal(view, 'TcpExt.ListenOverflows') ?? 0;
  if (facts.droppedEver === 0 || overflowsEver === 0) return [];
  const { listener } = facts;
  const past = `${plural(facts.droppedEver, 'drop')} since it began to listen`;
  return [
    {
      id: 'accept-queue-overflow',
      severity: 'info',
      confidence: 'possible',
      namespace: view.namespace.inode,
      subject: listenerSubject(view, listener),
      title: `${listenerWithOwner(view, listener)} has dropped connections in the past, none while we watched`,
      explanation: `Its drop counter stands at ${formatCount(facts.droppedEver)} and this namespace has counted ${plural(overflowsEver, 'accept queue overflow')}; the queue was at most ${formatCount(facts.peak)} of ${formatCount(facts.limit)} in this window. Watch for longer to catch it: bursts last milliseconds.`,
      cause: { id: 'unknown', title: 'it happened before the window' },
      evidence: [
        {
          source: 'sock_diag',
          name: 'listener.drops',
          value: facts.droppedEver,
          unit: 'segments',
          note: past,
        },
      ],
      ruledOut: [
        {
          id: 'accept-queue-overflow-now',
          because: `no drop in ${formatDurationMs(view.observation.host.observedToMs - view.observation.host.observedFromMs)}`,
        },
      ],
      remedies: [
        {
          kind: 'process',
          summary: 'watch for longer',
          command: 'halfopen doctor --for 10m',
          effect: 'shows the next overflow with its cause',
          risk: 'none: reading only',
        },
      ],
      experiment: overflowExperiment(facts, 'unknown'),
    },
  ];
}
