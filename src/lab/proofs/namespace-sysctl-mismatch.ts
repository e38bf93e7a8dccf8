import { formatCount } from '../../base/units.ts';
import { containerSomaxconn } from '../scenarios/container-somaxconn.ts';
import { samePort } from './finding-facts.ts';
import { type FindingProof, fewerThan } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_PLACES = 256;
const CLIENTS = 24;

/** Three namespaces: clients, the container, and its host. */
export const namespaceSysctlMismatchProof: FindingProof = {
  finding: 'namespace-sysctl-mismatch',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const there = facts.sysctl('net.core.somaxconn') ?? facts.experiment('somaxconn') ?? 32;
    const somaxconn = scaled.atMost(
      'somaxconn of the container',
      there,
      MOST_PLACES,
      'the queue is full within a second',
    );
    const hostSomaxconn = Math.max(2 * somaxconn + CLIENTS, facts.experiment('hostSomaxconn') ?? 8192);
    return {
      scenario: containerSomaxconn,
      set: {
        ...samePort(facts),
        tuned: 'host',
        somaxconn,
        hostSomaxconn,
        backlog: Math.min(8192, 8 * somaxconn + 256),
        senders: CLIENTS,
      },
      scaled: scaled.notes,
      failure: 'clients that find the queue of the container full, although the host was tuned',
      fails: fewerThan('connected', 'connections attempted'),
      telling: ['connected', 'places in the queue', 'SYNs and ACKs dropped', 'time to connect, longest'],
      remedies: [
        {
          of: /^set them inside the namespace/,
          change: () => ({
            what: `somaxconn ${formatCount(hostSomaxconn)} inside the container as well`,
            set: { tuned: 'container' },
          }),
        },
      ],
      doesNotProve: ['That the queue needs to be longer: if nobody accepts, it fills up too.'],
    };
  },
};
