import { halfOpenNoKeepalive } from '../scenarios/half-open-no-keepalive.ts';
import { type FindingProof, hasAny } from './finding-proof.ts';
import { ScaledDown } from './scaled-down.ts';

const MOST_CONNECTIONS = 20;

/** What the finding warns of: the peers are cut off while nobody says anything. */
export const noKeepaliveProof: FindingProof = {
  finding: 'no-keepalive',
  rebuild: (facts) => {
    const scaled = new ScaledDown();
    const idle = facts.evidence('idle') ?? 4;
    const connections = Math.max(
      3,
      scaled.atMost('idle connections', idle, MOST_CONNECTIONS, 'it is quickly done'),
    );
    scaled.note(
      'Nobody says anything for 8 s, and the peers are cut off: on the host they may all be alive.',
    );
    return {
      scenario: halfOpenNoKeepalive,
      set: {
        connections,
        idleS: 8,
        write: 'no',
        SO_KEEPALIVE: 0,
        tcp_keepalive_time: Math.min(600, Math.max(1, facts.sysctl('net.ipv4.tcp_keepalive_time') ?? 600)),
      },
      scaled: scaled.notes,
      failure: 'connections nobody knows to be dead',
      fails: hasAny('connections nobody knows to be dead'),
      telling: ['connections nobody knows to be dead', 'time until the application knows'],
      remedies: [
        {
          of: /^turn keepalive on in the program/,
          change: () => ({
            what: 'SO_KEEPALIVE with TCP_KEEPIDLE 2, TCP_KEEPINTVL 1, TCP_KEEPCNT 2',
            set: { SO_KEEPALIVE: 1, TCP_KEEPIDLE: 2, TCP_KEEPINTVL: 1, TCP_KEEPCNT: 2 },
            scaled: ['Keepalive is idle 2 s, interval 1 s, 2 probes instead of for example 60 s, 10 s, 3.'],
          }),
        },
      ],
      inVain: {
        what: 'the sysctls tcp_keepalive_time 1 and tcp_keepalive_intvl 1 alone',
        set: { tcp_keepalive_time: 1, tcp_keepalive_intvl: 1 },
      },
    };
  },
};
