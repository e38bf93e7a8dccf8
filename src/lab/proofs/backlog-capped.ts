import { formatCount } from '../../base/units.ts';
import { backlogRaise } from '../scenarios/backlog-raise.ts';
import { samePort } from './finding-facts.ts';
import { type FindingProof, fewerThan } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_PLACES = 256;
const CLIENTS = 24;

export const backlogCappedProof: FindingProof = {
  finding: 'backlog-capped',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const onHost = facts.sysctl('net.core.somaxconn') ?? facts.experiment('somaxconn') ?? 16;
    const somaxconn = scaled.atMost('somaxconn', onHost, MOST_PLACES, 'the queue is full within a second');
    // Room for those who wait and those who come, as any limit that is worth raising to has.
    const raised = (stated: number): number =>
      Math.max(2 * somaxconn + CLIENTS, Math.round((stated * somaxconn) / Math.max(1, onHost)));
    const remedyOf = (stated = 4096) => raised(Math.min(65_535, stated));
    const asked = Math.min(8192, Math.max(256, 8 * somaxconn));
    return {
      scenario: backlogRaise,
      set: {
        ...samePort(facts),
        how: 'sysctl-only',
        somaxconn,
        raisedSomaxconn: somaxconn,
        backlog: asked,
        senders: CLIENTS,
      },
      scaled: scaled.notes,
      failure: 'clients that find the queue full',
      fails: fewerThan('connected', 'connections attempted'),
      telling: [
        'connected',
        'places in the queue',
        'SYNs and ACKs dropped',
        'waiting connections reset',
        'time to connect, longest',
      ],
      remedies: [
        {
          of: /^raise net\.core\.somaxconn/,
          change: (stated) => ({
            what: `somaxconn ${formatCount(remedyOf(stated))}, and a server that is started anew`,
            set: { how: 'restart', raisedSomaxconn: remedyOf(stated), raisedBacklog: remedyOf(stated) },
          }),
        },
      ],
      inVain: {
        what: `somaxconn ${formatCount(remedyOf())} alone, while the server goes on`,
        set: { raisedSomaxconn: remedyOf(), how: 'sysctl-only' },
      },
      doesNotProve: [
        'That your program asks for more than it gets: it has to ask for the larger backlog as well.',
        'That a longer queue is what it needs: if nobody accepts, it fills up too.',
      ],
    };
  },
};
