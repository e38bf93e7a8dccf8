import { acceptQueueCapacity } from '../../tcp/queue-limits.ts';
import { reuseportImbalance } from '../scenarios/reuseport-imbalance.ts';
import { samePort } from './finding-facts.ts';
import { type FindingProof, fewerThan } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_PLACES = 24;
const MOST_SOCKETS = 8;

export const reuseportImbalanceProof: FindingProof = {
  finding: 'reuseport-imbalance',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const size = facts.experiment('sockets') ?? 4;
    const sockets = Math.max(2, scaled.atMost('sockets', size, MOST_SOCKETS, 'few clients are enough'));
    const limit = facts.listener?.acceptQueue.limit ?? facts.experiment('backlog') ?? MOST_PLACES;
    const backlog = scaled.atMost(
      'backlog',
      limit,
      MOST_PLACES,
      'a few hundred clients fill one of the queues',
    );
    const isStopped = facts.finding.cause.id === 'process-stopped';
    if (!isStopped)
      scaled.note('Whatever holds its owner up, the one of the laboratory sleeps and accepts nobody.');
    const senders = Math.ceil(2.4 * sockets * acceptQueueCapacity(backlog));
    return {
      scenario: reuseportImbalance,
      set: {
        ...samePort(facts),
        cause: isStopped ? 'process-stopped' : 'blocked',
        closeStuck: 'no',
        sockets,
        backlog,
        somaxconn: 4096,
        tcp_migrate_req: facts.sysctl('net.ipv4.tcp_migrate_req') === 1 ? 1 : 0,
        senders: Math.max(16, senders),
        arrivalsPerSecond: Math.max(20, Math.ceil(senders / 3)),
      },
      scaled: scaled.notes,
      failure: 'clients that wait at a socket nobody accepts from',
      fails: fewerThan('served', 'connections attempted'),
      telling: ['served', 'failed', 'SYNs and ACKs dropped', 'connected', 'time to connect, longest'],
      remedies: [
        {
          of: /^let the stopped process run again/,
          change: () => ({ what: 'a process that runs', set: { cause: 'none' } }),
        },
        {
          of: /let the queue of a closing socket move/,
          change: () => ({
            what: 'tcp_migrate_req 1, and then an end of the worker that is stuck',
            set: { closeStuck: 'yes', tcp_migrate_req: 1 },
          }),
        },
        {
          of: /^restart the worker that owns this socket/,
          change: () => ({ what: 'an end of the worker that is stuck', set: { closeStuck: 'yes' } }),
        },
      ],
      inVain: { what: `a backlog of ${2 * backlog}`, set: { backlog: 2 * Math.max(1, backlog) } },
    };
  },
};
