import { formatCount, formatDurationMs, formatShare } from '../../base/units.ts';
import type { Finding } from '../../tcp/finding.ts';
import type { ListenerObservation } from '../../tcp/observation.ts';
import { acceptQueueCause } from '../accept-queue/accept-queue-cause.ts';
import { type AcceptQueueFacts, acceptQueueFacts } from '../accept-queue/accept-queue-facts.ts';
import { acceptQueueRemedies, ratesSentence } from '../accept-queue/accept-queue-remedies.ts';
import { counterRise, limitUnknown, listenerSubject, listenersOf, listenerWithOwner } from '../evidence.ts';
import { overflowExperiment } from '../experiment/overflow-experiment.ts';
import { imbalanced } from '../reuseport/imbalances.ts';
import { defineRule, type RuleView } from '../rule.ts';

/** A queue that is above half for this share of the window, with connections that wait noticeably, will overflow with the next peak. */
const LASTING_SHARE = 0.1;
const NOTICEABLE_WAIT_MS = 100;
/** So many, of whom one has waited for so long while nobody was accepted: longer than any server is busy with itself. */
const ABANDONED_COUNT = 3;
const ABANDONED_MS = 3000;

/** A listener's accept queue is filling up, but nothing has been dropped yet. */
export const acceptQueuePressure = defineRule({
  id: 'accept-queue-pressure',
  summary:
    'an accept queue is more than half full, or nobody accepts from it: connections wait, and will be dropped at last',
  needs: ['listeners'],
  scope: 'namespace',
  judge: (view) => ({
    findings: plainListeners(view).flatMap((listener) => judgeListener(view, listener)),
    unknowns: listenersOf(view).some((listener) => !listener.limitKnown)
      ? [
          {
            rule: 'accept-queue-pressure',
            missing: 'acceptQueue.limit',
            because: limitUnknown(view),
          },
        ]
      : [],
  }),
});

/** A socket that lags behind its SO_REUSEPORT siblings is a finding of its own. */
function plainListeners(view: RuleView): readonly ListenerObservation[] {
  const others = imbalanced(view);
  return listenersOf(view).filter((listener) => !others.has(listener));
}

function judgeListener(view: RuleView, listener: ListenerObservation): readonly Finding[] {
  if (!listener.limitKnown) return [];
  const facts = acceptQueueFacts(view, listener);
  // sk_drops counts SYNs that the SYN queue turned away as well: only with ListenOverflows was it this queue.
  const overflowed = facts.dropped > 0 && (counterRise(view, 'TcpExt.ListenOverflows') ?? 1) > 0;
  const overflows = overflowed || (facts.fullAtEnd && facts.droppedEver > 0);
  if (overflows || facts.peak === 0) return [];
  if (isAbandoned(facts)) return [describe(view, facts, true)];
  if (facts.peak <= facts.limit / 2) return [];
  const lasting = facts.aboveHalfShare >= LASTING_SHARE && facts.oldestWaitMs >= NOTICEABLE_WAIT_MS;
  // A queue for one or two connections is "half full" with the first one.
  if (!lasting && facts.limit < 8) return [];
  return [describe(view, facts, lasting || facts.fullAtEnd)];
}

/** However much room is left: whoever connects is let in by the kernel, and nobody will ever talk to him. */
function isAbandoned({ accepts, waiting, oldestWaitMs }: AcceptQueueFacts): boolean {
  return accepts === false && waiting >= ABANDONED_COUNT && oldestWaitMs >= ABANDONED_MS;
}

function describe(view: RuleView, facts: AcceptQueueFacts, alarming: boolean): Finding {
  const { listener } = facts;
  const cause = alarming
    ? acceptQueueCause(facts)
    : ({ id: 'burst', title: 'a short peak', confidence: 'likely' } as const);
  const full =
    facts.peak > facts.limit
      ? 'is full: the next connection will be dropped'
      : `reached ${formatCount(facts.peak)} of ${formatCount(facts.limit)}${isAbandoned(facts) ? ', and nobody accepts' : ''}`;
  const wait =
    facts.oldestWaitMs > 0
      ? ` A connection waited up to ${formatDurationMs(facts.oldestWaitMs)} before anybody accepted it.`
      : '';
  return {
    id: 'accept-queue-pressure',
    severity: alarming ? 'warning' : 'info',
    confidence: alarming ? 'certain' : 'likely',
    namespace: view.namespace.inode,
    subject: listenerSubject(view, listener),
    title: `the accept queue of ${listenerWithOwner(view, listener)} ${full}${alarming ? `; ${cause.title}` : ''}`,
    explanation: `${howFull(facts)}${wait} ${ratesSentence(facts)}`.trim(),
    cause: { id: cause.id, title: cause.title },
    evidence: [
      {
        source: 'sock_diag',
        name: 'acceptQueue.peak',
        value: facts.peak,
        unit: 'connections',
        note: `${formatCount(facts.peak)} of ${formatCount(facts.limit)}, above half ${formatShare(facts.aboveHalfShare)} of the time`,
      },
      {
        source: 'sock_diag',
        name: 'acceptQueue.oldestWait',
        value: facts.oldestWaitMs,
        unit: 'ms',
        note:
          facts.oldestWaitMs > 0
            ? formatDurationMs(facts.oldestWaitMs)
            : 'nobody waited at either end of the window',
      },
    ],
    ruledOut: [{ id: 'accept-queue-overflow', because: 'the drop counter of this listener stands still' }],
    remedies: alarming ? acceptQueueRemedies(view, facts, cause) : [],
    experiment: overflowExperiment(facts, cause.id),
  };
}

function howFull(facts: AcceptQueueFacts): string {
  return isAbandoned(facts)
    ? 'Nothing was dropped in this window, and the kernel goes on completing handshakes until the queue is full: clients are connected, and wait for an answer that nobody prepares.'
    : `Nothing was dropped in this window, but the queue was more than half full ${formatShare(facts.aboveHalfShare)} of the time.`;
}
