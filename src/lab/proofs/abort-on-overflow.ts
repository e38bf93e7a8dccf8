import { acceptQueueCapacity } from '../../tcp/queue-limits.ts';
import { acceptQueueOverflow } from '../scenarios/accept-queue-overflow.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';
import { settingsOfListener } from './queues/settings-of-listener.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_PLACES = 64;
const FEWEST_PLACES = 4;

/** So long the server stands still: shorter than it takes until a SYN-ACK is sent again. */
const PAUSE_MS = 600;

/**
 * The queue is nearly full when clients from 50 ms away come within a round trip, and the server stands still for a moment: the SYNs of
 * all are answered, and most of their last ACKs find no place. No more clients than the SYN queue takes: an ACK with a cookie is never
 * answered with a reset.
 */
export const abortOnOverflowProof: FindingProof = {
  finding: 'abort-on-overflow',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const limit = facts.listener?.acceptQueue.limit ?? 16;
    const backlog = Math.max(
      FEWEST_PLACES,
      scaled.atMost('backlog', limit, MOST_PLACES, 'one burst is enough to fill it'),
    );
    const senders = backlog;
    scaled.note(
      `The clients are 100 ms away and come at once, and the server stands still for ${PAUSE_MS} ms: then the queue fills up between a SYN and its last ACK.`,
    );
    return {
      scenario: acceptQueueOverflow,
      set: {
        ...settingsOfListener(facts, scaled, backlog),
        cause: 'process-stopped',
        acceptAgainMs: PAUSE_MS,
        backlog,
        waitingFirst: Math.floor(0.7 * acceptQueueCapacity(backlog)),
        senders,
        arrivalsPerSecond: Math.ceil(senders / 0.08),
        delayMs: 50,
        tcp_abort_on_overflow: 1,
      },
      scaled: scaled.notes,
      failure: 'connections that are reset',
      fails: hasAny('failed'),
      telling: ['failed', 'served', 'connected', 'accept queue overflows'],
      remedies: [
        {
          of: /^turn it off again/,
          change: () => ({ what: 'tcp_abort_on_overflow 0', set: { tcp_abort_on_overflow: 0 } }),
        },
      ],
      doesNotProve: [
        'That nobody waits: the queue still overflows, and those clients get in a second later.',
      ],
    };
  },
};
