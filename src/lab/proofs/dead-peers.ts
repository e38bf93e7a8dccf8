import { keepaliveDeadPeer } from '../scenarios/keepalive-dead-peer.ts';
import { retransmitDeath } from '../scenarios/retransmit-death.ts';
import { rebuildFinWait } from './closing/rebuild-fin-wait.ts';
import type { FindingFacts } from './finding-facts.ts';
import { type FindingProof, metricOf, type Rebuilt } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const KNOWS = 'time until the application knows';
const PATIENCE_MS = 2000;

export const deadPeersProof: FindingProof = {
  finding: 'dead-peers',
  rebuild: (facts) => {
    switch (facts.finding.cause.id) {
      case 'keepalive-unanswered':
        return whenIdle(facts);
      case 'close-unacknowledged':
        return rebuildFinWait(facts, 'peer-unreachable');
      default:
        return whenSending(facts);
    }
  },
};

/** Data that nobody acknowledges. */
function whenSending(facts: FindingFacts): Rebuilt {
  const scaled = new ScaledDown();
  const onHost = facts.sysctl('net.ipv4.tcp_retries2') ?? 15;
  const retries = 4;
  if (onHost !== retries)
    scaled.note(
      `tcp_retries2 is ${retries} (the kernel gives up after some 6 s) instead of ${onHost} (with 15 after some 15 min).`,
    );
  const shorter = `TCP_USER_TIMEOUT is ${PATIENCE_MS / 1000} s instead of the proposed 30 s, in proportion.`;
  return {
    scenario: retransmitDeath,
    set: { tcp_retries2: retries },
    scaled: scaled.notes,
    failure: `a program that takes a dead connection for a healthy one for longer than ${(2 * PATIENCE_MS) / 1000} s`,
    // The timeout is looked at when a resend is due: by then it may be over for 0.8 s, at the RTO it has reached.
    fails: (run) => (metricOf(run, KNOWS) ?? Number.POSITIVE_INFINITY) > 2 * PATIENCE_MS,
    telling: [KNOWS, 'times the data was sent'],
    remedies: [
      {
        of: /TCP_USER_TIMEOUT of 30 s/,
        change: () => ({
          what: `TCP_USER_TIMEOUT of ${PATIENCE_MS / 1000} s on the socket`,
          set: { TCP_USER_TIMEOUT: PATIENCE_MS },
          scaled: [shorter],
        }),
      },
    ],
    inVain: { what: 'SO_KEEPALIVE on the socket', set: { SO_KEEPALIVE: 1 } },
    doesNotProve: ['Why the peers are gone: ask on their side, or on the way to them.'],
  };
}

/** Idle connections whose probes nobody answers. */
function whenIdle(facts: FindingFacts): Rebuilt {
  const scaled = new ScaledDown();
  const host = ['time', 'intvl', 'probes'].map(
    (name) => facts.sysctl(`net.ipv4.tcp_keepalive_${name}`) ?? '?',
  );
  scaled.note(
    `Keepalive of the program: idle 4 s, interval 2 s, 3 probes; the sysctls of the host are ${host.join(', ')}, and the program may have its own.`,
  );
  return {
    scenario: keepaliveDeadPeer,
    set: { tcp_keepalive_time: 4, tcp_keepalive_intvl: 2, tcp_keepalive_probes: 3, answeredProbes: 0 },
    scaled: scaled.notes,
    failure: 'a program that learns only after 6 s that its peer is gone',
    fails: (run) => (metricOf(run, KNOWS) ?? Number.POSITIVE_INFINITY) > 6000,
    telling: [KNOWS],
    remedies: [
      {
        of: /^to notice sooner: TCP_KEEPIDLE/,
        change: () => ({
          what: 'TCP_KEEPIDLE 2, TCP_KEEPINTVL 1, TCP_KEEPCNT 2 on the socket',
          set: { TCP_KEEPIDLE: 2, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 2 },
          scaled: ['The proposed 30 s, 10 s and 3 are 2 s, 1 s and 2 here.'],
        }),
      },
    ],
    doesNotProve: ['Why the peers are gone: ask on their side, or on the way to them.'],
  };
}
