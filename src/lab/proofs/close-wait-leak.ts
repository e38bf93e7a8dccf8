import { closeWaitLeak } from '../scenarios/close-wait-leak.ts';
import { samePort } from './finding-facts.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_CONNECTIONS = 100;

export const closeWaitLeakProof: FindingProof = {
  finding: 'close-wait-leak',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const { cause, subject } = facts.finding;
    const seen = facts.evidence('closeWait') ?? facts.experiment('count') ?? 7;
    const count = Math.max(1, scaled.atMost('connections', seen, MOST_CONNECTIONS, 'it is quickly done'));
    // A stopped program could not be asked how many descriptors it holds; to its peers the two look the same.
    if (cause.id === 'process-stopped')
      scaled.note(
        'The program runs but does not read, which looks the same to the kernel as one that is stopped.',
      );
    const isClient = subject.destination !== undefined;
    return {
      scenario: closeWaitLeak,
      set: {
        ...(isClient ? {} : samePort(facts)),
        leaker: isClient ? 'client' : 'server',
        program: cause.id === 'never-closed' ? 'forgets-to-close' : 'does-not-read',
        count,
      },
      scaled: scaled.notes,
      failure: 'connections that stay open although the other side has closed them',
      fails: hasAny('descriptors still open'),
      telling: ['descriptors still open'],
      remedies: [
        {
          of: /^close (the socket when read|\(or evict from the pool\))/,
          change: () => ({
            what: 'a program that closes what its peers have closed',
            set: { program: 'closes' },
          }),
        },
      ],
      inVain: { what: 'tcp_fin_timeout 1 and tcp_tw_reuse 1', set: { tcp_fin_timeout: 1, tcp_tw_reuse: 1 } },
      doesNotProve: ['Where your program forgets to close: only its source or its developers know.'],
    };
  },
};
